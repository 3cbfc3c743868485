package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a trial found.
 *
 * @param callsShare of the good client's recommendations that were answered within their deadline
 * @param eventsShare the same of its events
 * @param probesShare the same of its probes
 * @param goodP99Ms of recommendations that were; NaN without one
 * @param peakRssBytes the most that the server had resident; 0 if it cannot be read
 * @param sent things that the attack did
 * @param refused those that the server refused or ended
 * @param exitCode of the server, if it ended
 * @param faults what the server must not do and did, in words
 */
record TrialResult(
    String name,
    double callsShare,
    double eventsShare,
    double probesShare,
    double goodP99Ms,
    long peakRssBytes,
    long sent,
    long refused,
    OptionalInt exitCode,
    List<String> faults) {
  /** What a good client may count on. */
  private static final double GOOD_SHARE = 0.95;

  /** The smallest of the three shares. */
  double goodAnsweredShare() {
    return Math.min(callsShare, Math.min(eventsShare, probesShare));
  }

  boolean passed() {
    return goodAnsweredShare() >= GOOD_SHARE && exitCode.isEmpty() && faults.isEmpty();
  }

  JsonReport json() {
    JsonReport json =
        new JsonReport()
            .put("name", name)
            .put("passed", passed())
            .put("good_answered_share", goodAnsweredShare())
            .put("good_recommendations_share", callsShare)
            .put("good_events_share", eventsShare)
            .put("good_probes_share", probesShare)
            .put("good_p99_ms", goodP99Ms)
            .put("peak_rss_bytes", peakRssBytes)
            .put("sent", sent)
            .put("refused", refused)
            .putAll("faults", faults);
    exitCode.ifPresent(code -> json.put("server_exit_code", code));
    return json;
  }
}
