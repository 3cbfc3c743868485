package dev.dolmen.server.charts;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the process has counted since its start, of which charts show the difference from one point
 * to the next. Read from meters, as Prometheus would.
 *
 * @param calls that have ended
 * @param failedCalls of these, those that did not end with OK
 * @param callSeconds that they took together
 * @param eventsLearned NaN where none are learned here
 */
record FigureCounts(double calls, double failedCalls, double callSeconds, double eventsLearned) {
  static FigureCounts read(MeterRegistry meters) {
    double calls = 0;
    double failed = 0;
    double seconds = 0;
    for (Timer timer : meters.find("dolmen.requests").timers()) {
      calls += timer.count();
      failed += "OK".equals(timer.getId().getTag("status")) ? 0 : timer.count();
      seconds += timer.totalTime(TimeUnit.SECONDS);
    }
    FunctionCounter learned = meters.find("dolmen.events.learned").functionCounter();
    return new FigureCounts(calls, failed, seconds, learned == null ? Double.NaN : learned.count());
  }

  /** What a gauge says now; NaN if there is no such gauge. */
  static double gauge(MeterRegistry meters, String name) {
    return value(meters.find(name));
  }

  /** The same of one over some time. */
  static double gauge(MeterRegistry meters, String name, String span) {
    return value(meters.find(name).tag("span", span));
  }

  private static double value(Search search) {
    @Nullable Gauge gauge = search.gauge();
    return gauge == null ? Double.NaN : gauge.value();
  }

  /** The same of one that says 0 before it knows. */
  static double positive(MeterRegistry meters, String name) {
    double value = gauge(meters, name);
    return value > 0 ? value : Double.NaN;
  }
}
