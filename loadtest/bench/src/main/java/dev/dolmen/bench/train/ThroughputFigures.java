package dev.dolmen.bench.train;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.traffic.generator.LoadResult;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What the trainer managed on one dataset.
 *
 * @param dataset its name
 * @param sustained as many clicks as it takes, or so many a second, beside requests
 * @param overload twice as many clicks as that, beside requests
 * @param recoverySeconds until a quiet server had learned all that was acknowledged
 * @param replayedEvents clicks in the log that a new process learned again
 * @param replaySeconds that it took
 */
record ThroughputFigures(
    String dataset,
    Phase sustained,
    Phase overload,
    double recoverySeconds,
    long replayedEvents,
    double replaySeconds) {
  /**
   * One load.
   *
   * @param seconds its length
   * @param offered clicks a second that the publisher wanted to send; NaN for all it can
   * @param learned clicks learned
   * @param requests what became of requests
   * @param visible acknowledgement to the first recommendation with the click, of all clicks
   * @param notFollowed clicks that are not among them
   */
  record Phase(
      double seconds,
      double offered,
      long learned,
      LoadResult.Kind requests,
      Histogram visible,
      long notFollowed) {
    double learnedPerSecond() {
      return learned / seconds;
    }

    double requestMs(double percentile) {
      return LatencyRecorder.millis(requests.latency(), percentile);
    }

    double freshnessMs(double percentile) {
      return LatencyRecorder.millis(visible, percentile);
    }

    private JsonReport json() {
      return new JsonReport()
          .put("seconds", seconds)
          .put("offered_events_per_second", offered)
          .put("events_per_second", learnedPerSecond())
          .put("requests", requests.answered())
          .put("requests_failed", requests.failed() + requests.notSent())
          .put("request_p50_ms", requestMs(50))
          .put("request_p99_ms", requestMs(99))
          .put("freshness_p50_ms", freshnessMs(50))
          .put("freshness_p99_ms", freshnessMs(99))
          .put("freshness_max_ms", freshnessMs(100))
          .put("freshness_clicks", visible.getTotalCount())
          .put("freshness_clicks_not_followed", notFollowed);
    }

    private String line(String what) {
      return String.format(
          Locale.ROOT,
          "  %s: %,.0f clicks learned a second%s; requests p50 %.1f ms, p99 %.1f ms, %d failed;"
              + " click to visible p50 %.0f ms, p99 %.0f ms, max %.0f ms%s%n",
          what,
          learnedPerSecond(),
          Double.isNaN(offered) ? "" : String.format(Locale.ROOT, " of %,.0f offered", offered),
          requestMs(50),
          requestMs(99),
          requests.failed() + requests.notSent(),
          freshnessMs(50),
          freshnessMs(99),
          freshnessMs(100),
          notFollowed == 0 ? "" : String.format(Locale.ROOT, ", %,d not followed", notFollowed));
    }
  }

  /** What the first load is called. */
  static String firstLoad(double eventsPerSecond) {
    return Double.isNaN(eventsPerSecond)
        ? "as many as it takes"
        : String.format(Locale.ROOT, "%,.0f a second", eventsPerSecond);
  }

  double replayPerSecond() {
    return replayedEvents / replaySeconds;
  }

  JsonReport json() {
    return new JsonReport()
        .put("dataset", dataset)
        .put("events_per_second", sustained.learnedPerSecond())
        .put("request_p99_ms", sustained.requestMs(99))
        .put("sustained", sustained.json())
        .put("overload", overload.json())
        .put("overload_recovered_after_seconds", recoverySeconds)
        .put("replayed_events", replayedEvents)
        .put("replay_seconds", replaySeconds)
        .put("replay_events_per_second", replayPerSecond());
  }

  String text() {
    return dataset
        + '\n'
        + sustained.line(firstLoad(sustained.offered()))
        + overload.line("twice as many")
        + String.format(
            Locale.ROOT,
            "  all learned %.1f s after the publisher stopped%n"
                + "  after kill -9: %,d clicks learned again in %.1f s, %,.0f a second%n",
            recoverySeconds,
            replayedEvents,
            replaySeconds,
            replayPerSecond());
  }
}
