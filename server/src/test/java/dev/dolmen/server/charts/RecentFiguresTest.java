package dev.dolmen.server.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.ChartPoint;
import dev.dolmen.v1.GetChartsResponse;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered of meters, step by step. */
class RecentFiguresTest {
  private final MockClock monotonic = new MockClock();
  private final SimpleMeterRegistry meters =
      new SimpleMeterRegistry(SimpleConfig.DEFAULT, monotonic);
  private final Map<String, Double> levels = new ConcurrentHashMap<>();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final RecentFigures figures = new RecentFigures(meters, () -> now);

  @AfterEach
  void close() {
    figures.close();
    meters.close();
  }

  private void pass(Duration time) {
    monotonic.add(time);
    now = now.plus(time);
  }

  private void step() {
    pass(RecentFigures.STEP);
    figures.add();
  }

  private void calls(String method, String status, int calls, Duration each) {
    Timer timer = meters.timer("dolmen.requests", "method", method, "status", status);
    for (int i = 0; i < calls; i++) {
      timer.record(each);
    }
  }

  private void level(String name, double value, String... tags) {
    if (levels.put(name, value) == null) {
      Gauge.builder(name, () -> levels.get(name)).tags(tags).register(meters);
    }
  }

  private List<Double> line(String name) {
    return line(figures.charts(), name).stream().map(ChartPoint::getValue).toList();
  }

  private static List<ChartPoint> line(GetChartsResponse charts, String name) {
    return charts.getSeriesList().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getPointsList();
  }

  @Test
  void whatHappenedIsByTheTimeSinceThePointBefore() {
    calls("Recommend", "OK", 7, Duration.ofMillis(3)); // Before the first step, in it.
    step();
    calls("Recommend", "OK", 30, Duration.ofMillis(2));
    calls("Publish", "OK", 15, Duration.ofMillis(4));
    calls("Publish", "UNAVAILABLE", 5, Duration.ofMillis(12));
    pass(Duration.ofSeconds(5)); // A step that took twice its time.
    step();
    step();
    assertThat(line("calls")).containsExactly(7 / 5.0, 5.0, 0.0);
    assertThat(line("failed_calls")).as("of no call, no share").containsExactly(0.0, 0.1);
    assertThat(line("call_seconds")).hasSize(2);
    assertThat(line("call_seconds").getLast()).isCloseTo(0.0036, within(1e-9));
    assertThat(line(figures.charts(), "call_seconds"))
        .extracting(point -> Timestamps.toMillis(point.getTime()))
        .containsExactly(now.toEpochMilli() - 15_000, now.toEpochMilli() - 5_000);
  }

  @Test
  void whatIsSoIsThereFromWhenItIsKnown() {
    step();
    assertThat(figures.charts().getSeriesList()).hasSize(ChartFigure.values().length);
    assertThat(line("events_learned")).as("nothing learns here").isEmpty();
    assertThat(line("lag_records")).isEmpty();
    FunctionCounter.builder(
            "dolmen.events.learned", levels, all -> all.getOrDefault("learned", 0.0))
        .register(meters);
    level("dolmen.lag.records", 0);
    level("dolmen.freshness.p99.seconds", 0);
    level("dolmen.validation.predictions", 0, "span", "window");
    level("dolmen.validation.recall.at.20", 0, "span", "window");
    level("process.resident.memory.bytes", 5e8);
    step();
    levels.put("learned", 60.0);
    levels.put("dolmen.lag.records", 12.0);
    levels.put("dolmen.freshness.p99.seconds", 0.25);
    levels.put("dolmen.validation.predictions", 40.0);
    levels.put("dolmen.validation.recall.at.20", 0.125);
    step();
    assertThat(line("events_learned")).as("there is no rate of one point").containsExactly(12.0);
    assertThat(line("lag_records")).containsExactly(0.0, 12.0);
    assertThat(line("freshness_p99_seconds")).containsExactly(0.25);
    assertThat(line("recall_at_20")).containsExactly(0.125);
    assertThat(line("resident_bytes")).containsExactly(5e8, 5e8);
  }

  @Test
  void theOldestPointsMakeRoom() {
    for (int i = 1; i <= 2 * RecentFigures.POINTS_MAX + 7; i++) {
      level("dolmen.lag.records", i);
      step();
    }
    GetChartsResponse charts = figures.charts();
    List<ChartPoint> lag = line(charts, "lag_records");
    assertThat(lag).hasSize(RecentFigures.POINTS_MAX);
    assertThat(lag.getFirst().getValue()).isEqualTo(RecentFigures.POINTS_MAX + 8.0);
    assertThat(lag.getLast().getValue()).isEqualTo(2 * RecentFigures.POINTS_MAX + 7.0);
    assertThat(lag).extracting(point -> Timestamps.toMillis(point.getTime())).isSorted();
    assertThat(charts.getEnd()).isEqualTo(lag.getLast().getTime());
    assertThat(charts.getSpanSeconds()).isEqualTo(900);
    assertThat(charts.getStepSeconds()).isEqualTo(5);
  }

  @Test
  void whatIsOlderThanTheSpanIsLeftOut() {
    level("dolmen.lag.records", 1);
    step();
    level("dolmen.lag.records", 2);
    step();
    pass(Duration.ofSeconds(894)); // It stood still.
    assertThat(line("lag_records")).containsExactly(1.0, 2.0);
    pass(Duration.ofSeconds(1));
    assertThat(line("lag_records")).containsExactly(2.0);
    pass(Duration.ofSeconds(5));
    assertThat(line("lag_records")).isEmpty();
  }

  @Test
  void aClockThatIsSetBackBeginsAgain() {
    for (int i = 1; i <= 3; i++) {
      level("dolmen.lag.records", i);
      calls("Recommend", "OK", 10, Duration.ofMillis(1));
      step();
    }
    now = now.minusSeconds(3_600);
    assertThat(line("lag_records")).as("of a time that is to come").isEmpty();
    calls("Recommend", "OK", 10, Duration.ofMillis(1));
    step();
    assertThat(line("lag_records")).containsExactly(3.0);
    assertThat(line("calls")).as("by the time that has passed").containsExactly(2.0);
  }
}
