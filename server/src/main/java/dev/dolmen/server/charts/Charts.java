package dev.dolmen.server.charts;

import com.google.protobuf.Timestamp;
import dev.dolmen.server.config.PrometheusConfig;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.v1.ChartSpan;
import dev.dolmen.v1.GetChartsResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Charts of the last minutes, which the process remembers itself, and of an hour, a day and a week.
 * Any thread: for each of these three one asks Prometheus at a time, so three ask at most; who
 * comes meanwhile waits for what it gets. That is kept, an answer for half a point's time, a minute
 * at most, and a failure for {@link #FAILURE_KEPT}.
 */
public final class Charts implements Closeable {
  static final Duration FAILURE_KEPT = Duration.ofSeconds(5);

  /** A rate needs two scrapes, which come a minute apart as Prometheus has it by default. */
  private static final long WINDOW_SEC_MIN = 150;

  private static final Duration KEPT_MAX = Duration.ofMinutes(1);
  private static final Logger LOG = LoggerFactory.getLogger(Charts.class);

  private final PrometheusConfig config;
  private final @Nullable Prometheus prometheus;
  private final InstantSource clock;
  private final RecentFigures recent;
  private final Map<ChartSpan, Span> spans;
  private final AtomicBoolean failing = new AtomicBoolean();

  private Charts(
      PrometheusConfig config,
      @Nullable Prometheus prometheus,
      InstantSource clock,
      RecentFigures recent) {
    this.config = config;
    this.prometheus = prometheus;
    this.clock = clock;
    this.recent = recent;
    spans =
        Map.of(
            ChartSpan.CHART_SPAN_HOUR, new Span(Duration.ofHours(1), Duration.ofSeconds(30)),
            ChartSpan.CHART_SPAN_DAY, new Span(Duration.ofDays(1), Duration.ofMinutes(10)),
            ChartSpan.CHART_SPAN_WEEK, new Span(Duration.ofDays(7), Duration.ofHours(1)));
  }

  /**
   * Those of a configuration, which may ask nobody.
   *
   * @param meters what is remembered of the last minutes, once it is {@linkplain #start started}
   * @throws UnusableFileException if a file that it names cannot be used
   */
  public static Charts of(PrometheusConfig config, InstantSource clock, MeterRegistry meters)
      throws UnusableFileException {
    return new Charts(
        config,
        config.enabled() ? new Prometheus(config, clock.instant()) : null,
        clock,
        new RecentFigures(meters, clock));
  }

  /** Remembers the last minutes from now on, until this is closed. */
  public void start() {
    recent.start();
  }

  /**
   * Reads the files that a configuration names, and throws what they hold away.
   *
   * @throws UnusableFileException if one cannot be used
   */
  public static void check(PrometheusConfig config, Instant now) throws UnusableFileException {
    if (config.enabled()) {
      Prometheus.check(config, now);
    }
  }

  /** Whether there is a Prometheus to be asked for more than the last minutes. */
  public boolean areThere() {
    return prometheus != null;
  }

  /**
   * The charts of a span; null if there is no such span.
   *
   * @throws NoChartsException if there are none now
   * @throws IllegalStateException if they never {@link #areThere}, and are not of the last minutes
   */
  public @Nullable GetChartsResponse of(ChartSpan asked) throws NoChartsException {
    if (asked == ChartSpan.CHART_SPAN_MINUTES) {
      return recent.charts();
    }
    if (prometheus == null) {
      throw new IllegalStateException("no Prometheus is configured");
    }
    Span span = spans.get(asked);
    return span == null ? null : span.look(prometheus);
  }

  /** What came, or why nothing did. */
  private record Kept(
      @Nullable GetChartsResponse charts, String problem, Instant from, Instant until) {
    boolean isGood(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }

    GetChartsResponse get() throws NoChartsException {
      if (charts == null) {
        throw new NoChartsException(problem);
      }
      return charts;
    }
  }

  private final class Span {
    private final Duration span;
    private final Duration step;
    private final Duration kept;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Kept last;

    Span(Duration span, Duration step) {
      this.span = span;
      this.step = step;
      Duration half = step.dividedBy(2);
      kept = half.compareTo(KEPT_MAX) < 0 ? half : KEPT_MAX;
    }

    GetChartsResponse look(Prometheus asked) throws NoChartsException {
      Kept known = last;
      if (known != null && known.isGood(clock.instant())) {
        return known.get();
      }
      asking.lock();
      try {
        known = last;
        if (known == null || !known.isGood(clock.instant())) {
          known = ask(asked);
          last = known;
        }
        return known.get();
      } finally {
        asking.unlock();
      }
    }

    private Kept ask(Prometheus asked) {
      Instant now = clock.instant();
      try {
        GetChartsResponse charts = charts(asked, now);
        if (failing.compareAndSet(true, false)) {
          LOG.info("Prometheus answers again");
        }
        Instant come = clock.instant();
        return new Kept(charts, "", come, come.plus(kept));
      } catch (NoChartsException e) {
        String why = String.valueOf(e.getMessage());
        if (failing.compareAndSet(false, true)) {
          LOG.warn("No charts of {}: {}", config.url(), why);
        }
        Instant failed = clock.instant();
        return new Kept(null, why, failed, failed.plus(FAILURE_KEPT));
      }
    }

    private GetChartsResponse charts(Prometheus asked, Instant now) throws NoChartsException {
      long stepSec = step.toSeconds();
      String query = ChartFigure.all(config.selector(), Math.max(stepSec, WINDOW_SEC_MIN));
      int pointsMax = (int) (span.toSeconds() / stepSec) + 1;
      return GetChartsResponse.newBuilder()
          .setEnd(Timestamp.newBuilder().setSeconds(now.getEpochSecond()))
          .setStepSeconds((int) stepSec)
          .setSpanSeconds((int) span.toSeconds())
          .addAllSeries(
              RangeAnswer.read(asked.range(query, now.minus(span), now, stepSec), pointsMax))
          .build();
    }
  }

  /** Ends what is running, and returns when no meter is read any more. */
  @Override
  public void close() {
    recent.close();
    if (prometheus != null) {
      prometheus.close();
    }
  }
}
