package dev.dolmen.server.charts;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.ChartPoint;
import dev.dolmen.v1.ChartSeries;
import dev.dolmen.v1.GetChartsResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of the last minutes, in a ring: a point every {@link #STEP}, {@link #POINTS_MAX} of
 * them, in some 13 KiB. A thread of its own writes, any thread reads.
 *
 * <p>Points are by the clock of the wall. One that is set back forgets them: they would be of a
 * time that is to come. What happened between two points is divided by the monotonic time between
 * them.
 */
final class RecentFigures implements Closeable {
  static final Duration STEP = Duration.ofSeconds(5);
  static final int POINTS_MAX = 180;

  private static final Duration SPAN = STEP.multipliedBy(POINTS_MAX);
  private static final double NANOS_PER_SEC = TimeUnit.SECONDS.toNanos(1);
  private static final Logger LOG = LoggerFactory.getLogger(RecentFigures.class);

  private final MeterRegistry meters;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("dolmen-charts").daemon().factory());

  /** When each point was taken, milliseconds since 1970; the oldest is at {@code next - size}. */
  private final long[] times = new long[POINTS_MAX];

  /** Of each figure, as times. NaN where there is none. */
  private final Map<ChartFigure, double[]> values = new EnumMap<>(ChartFigure.class);

  private int size;
  private int next;
  private FigureCounts counts;
  private long countsNanos;

  /** What is counted from now on; remembers nothing before it is {@linkplain #start started}. */
  RecentFigures(MeterRegistry meters, InstantSource clock) {
    this.meters = meters;
    this.clock = clock;
    for (ChartFigure figure : ChartFigure.values()) {
      values.put(figure, new double[POINTS_MAX]);
    }
    counts = FigureCounts.read(meters);
    countsNanos = nanos();
  }

  private long nanos() {
    return meters.config().clock().monotonicTime();
  }

  /** Takes a point every step until this is closed. */
  void start() {
    long millis = STEP.toMillis();
    // It ends with the thread. After a standstill, no points are made up for.
    var _ = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      add();
    } catch (RuntimeException e) {
      LOG.warn("Figures cannot be read", e); // An exception that comes out would end it.
    }
  }

  /** Takes a point. */
  synchronized void add() {
    long nowMs = clock.millis();
    if (size > 0 && nowMs <= times[Math.floorMod(next - 1, POINTS_MAX)]) {
      size = 0;
    }
    long nowNanos = nanos();
    FigureCounts read = FigureCounts.read(meters);
    double seconds = (nowNanos - countsNanos) / NANOS_PER_SEC;
    times[next] = nowMs;
    values.forEach((figure, line) -> line[next] = value(figure, read, seconds));
    counts = read;
    countsNanos = nowNanos;
    next = (next + 1) % POINTS_MAX;
    size = Math.min(size + 1, POINTS_MAX);
  }

  private double value(ChartFigure figure, FigureCounts read, double seconds) {
    double calls = read.calls() - counts.calls();
    return switch (figure) {
      case CALLS -> calls / seconds;
      case EVENTS_LEARNED -> (read.eventsLearned() - counts.eventsLearned()) / seconds;
      case FAILED_CALLS -> (read.failedCalls() - counts.failedCalls()) / calls;
      case CALL_SECONDS -> (read.callSeconds() - counts.callSeconds()) / calls;
      case FRESHNESS_P99_SECONDS -> FigureCounts.positive(meters, "dolmen.freshness.p99.seconds");
      case LAG_RECORDS -> FigureCounts.gauge(meters, "dolmen.lag.records");
      case RECALL_AT_20 -> recall();
      case RESIDENT_BYTES -> FigureCounts.positive(meters, "process.resident.memory.bytes");
    };
  }

  /** Nothing that is predicted has no recall. */
  private double recall() {
    double predictions = FigureCounts.gauge(meters, "dolmen.validation.predictions", "window");
    return predictions > 0
        ? FigureCounts.gauge(meters, "dolmen.validation.recall.at.20", "window")
        : Double.NaN;
  }

  /** What there is of the last minutes, maybe no point at all. */
  synchronized GetChartsResponse charts() {
    long nowMs = clock.millis();
    GetChartsResponse.Builder charts =
        GetChartsResponse.newBuilder()
            .setEnd(Timestamps.fromMillis(nowMs))
            .setStepSeconds((int) STEP.toSeconds())
            .setSpanSeconds((int) SPAN.toSeconds());
    values.forEach((figure, line) -> charts.addSeries(series(figure, line, nowMs)));
    return charts.build();
  }

  private ChartSeries series(ChartFigure figure, double[] line, long nowMs) {
    ChartSeries.Builder series = ChartSeries.newBuilder().setName(figure.label());
    for (int i = next - size; i < next; i++) {
      int at = Math.floorMod(i, POINTS_MAX);
      double value = line[at];
      boolean within = times[at] <= nowMs && times[at] > nowMs - SPAN.toMillis();
      if (within && Double.isFinite(value)) {
        Timestamp time = Timestamps.fromMillis(times[at]);
        series.addPoints(ChartPoint.newBuilder().setTime(time).setValue(value));
      }
    }
    return series.build();
  }

  /** Returns when no meter is read any more. */
  @Override
  public void close() {
    thread.close();
  }
}
