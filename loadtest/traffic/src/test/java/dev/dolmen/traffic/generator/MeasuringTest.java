package dev.dolmen.traffic.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.server.cli.ServerTrust;
import dev.dolmen.v1.RankingFigures;
import dev.dolmen.v1.ValidationStatus;
import org.junit.jupiter.api.Test;

/** Schedules, histograms and sums. */
class MeasuringTest {
  @Test
  void arrivalsHaveTheirRateAndAreRepeatable() {
    ArrivalSchedule schedule = new ArrivalSchedule(0, 1_000, 7);
    ArrivalSchedule same = new ArrivalSchedule(0, 1_000, 7);
    long last = 0;
    for (int i = 0; i < 100_000; i++) {
      long next = schedule.nextNanos();
      assertThat(next).isGreaterThanOrEqualTo(last);
      assertThat(same.nextNanos()).isEqualTo(next);
      last = next;
    }
    assertThat(last / 1e9).isCloseTo(100, within(2.0));
    assertThatThrownBy(() -> new ArrivalSchedule(0, 0, 1)).hasMessageContaining("ratePerSecond");
  }

  @Test
  void latenciesAreKeptByIntervalAndInTotal() {
    LatencyRecorder latency = new LatencyRecorder();
    assertThat(LatencyRecorder.millis(latency.total(), 50)).isNaN();
    latency.recordNanos(2_000_000);
    assertThat(latency.interval().getTotalCount()).isEqualTo(1);
    latency.recordNanos(4_000_000);
    latency.recordNanos(-5);
    latency.recordNanos(Long.MAX_VALUE);
    assertThat(latency.interval().getTotalCount()).isEqualTo(3);
    assertThat(latency.total().getTotalCount()).isEqualTo(4);
    assertThat(LatencyRecorder.millis(latency.total(), 50)).isCloseTo(2, within(0.01));
  }

  @Test
  void figuresOfASpanAreDifferencesOfTotals() {
    ValidationTotals early = totals(100, 0.1);
    ValidationTotals late = totals(300, 0.3);
    assertThat(late.minus(early).recall()).isCloseTo(0.4, within(1e-9));
    assertThat(late.minus(early).predictions()).isEqualTo(200);
    assertThat(ValidationTotals.ZERO.recall()).isZero();
  }

  private static ValidationTotals totals(long predictions, double recall) {
    RankingFigures model =
        RankingFigures.newBuilder().setPredictions(predictions).setRecallAt20(recall).build();
    return ValidationTotals.of(ValidationStatus.newBuilder().setModel(model).build());
  }

  @Test
  void targetsAreHostAndPort() {
    try (Connection connection = open("localhost:7070")) {
      assertThat(connection.target()).isEqualTo("localhost:7070");
    }
    for (String target : new String[] {"localhost", ":7070", "localhost:0", "localhost:x"}) {
      assertThatThrownBy(() -> open(target)).hasMessageContaining("expected HOST:PORT");
    }
  }

  private static Connection open(String target) {
    return Connection.open(target, new ServerTrust());
  }
}
