package dev.dolmen.traffic.generator;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies in microseconds, three significant digits, up to {@value #MAX_US} (longer ones count as
 * that): of the whole run and of the interval since the last look. Any thread records; one reads.
 */
public final class LatencyRecorder {
  private static final long MAX_US = 600_000_000L;

  private final Recorder recorder = new Recorder(MAX_US, 3);
  private final Histogram total = new Histogram(MAX_US, 3);
  private Histogram interval = recorder.getIntervalHistogram();

  /** Records a latency; what is negative by a clock's grain counts as 0. */
  public void recordNanos(long nanos) {
    recorder.recordValue(Math.clamp(nanos / 1_000, 0, MAX_US));
  }

  /** Closes the interval: latencies since the call before. Valid until the next call. */
  public Histogram interval() {
    interval = recorder.getIntervalHistogram(interval);
    total.add(interval);
    return interval;
  }

  /** Latencies of the whole run. */
  public Histogram total() {
    interval();
    return total;
  }

  /** A percentile in milliseconds; NaN if nothing was recorded. */
  public static double millis(Histogram histogram, double percentile) {
    return histogram.getTotalCount() == 0
        ? Double.NaN
        : histogram.getValueAtPercentile(percentile) / 1_000.0;
  }
}
