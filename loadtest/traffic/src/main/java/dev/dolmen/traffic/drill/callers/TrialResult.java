package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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

  /** Of a trial whose server does not start: another build's may not know a key that it needs. */
  static TrialResult notStarted(String name, @Nullable String why) {
    List<String> lines = why == null ? List.of("unknown") : why.lines().toList();
    String ends = lines.size() > 1 ? lines.getFirst() + " " + lines.getLast() : lines.getFirst();
    List<String> faults = List.of("the server does not start: " + ends);
    return new TrialResult(name, 0, 0, 0, Double.NaN, 0, 0, 0, OptionalInt.empty(), faults);
  }

  /** The smallest of the three shares. */
  double goodAnsweredShare() {
    return Math.min(callsShare, Math.min(eventsShare, probesShare));
  }

  boolean passed() {
    return goodAnsweredShare() >= GOOD_SHARE && exitCode.isEmpty() && faults.isEmpty();
  }

  /** All of it in a line. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%s, %.1f%% of calls answered, %.1f%% of events, %.1f%% of probes, p99 %.1f ms, %s%s",
        passed() ? "pass" : "FAIL",
        100 * callsShare,
        100 * eventsShare,
        100 * probesShare,
        goodP99Ms,
        Amounts.bytes(peakRssBytes),
        exitCode.isPresent() ? ", the server is dead" : "");
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
