package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.Locale;

/**
 * Load with nothing wrong, seen from one server.
 *
 * @param format of syncs
 * @param eventsPerSecond acknowledged
 * @param ownP50Ms from a click's acknowledgement by one server until another answers with its
 *     session
 * @param learnedP50Ms until it answers with what was learned of it; infinity where that took longer
 *     than is waited for, null in JSON
 * @param syncBytesPerSecond of syncs, bases left out
 * @param applyCpuShare of one processor, for applying log and syncs
 * @param stalenessMs of the server farthest behind, at the end
 */
record SteadyFigures(
    String format,
    double eventsPerSecond,
    double ownP50Ms,
    double ownP99Ms,
    double learnedP50Ms,
    double learnedP99Ms,
    double syncBytesPerSecond,
    double applyCpuShare,
    long stalenessMs) {

  String text() {
    return String.format(
        Locale.ROOT,
        "%s, %.0f events/s: own session visible after %.0f ms (p50), %.0f (p99); learned after %s,"
            + " %s; syncs %,.0f bytes/s; applying takes %.1f%% of a processor; %d ms behind%n",
        format,
        eventsPerSecond,
        ownP50Ms,
        ownP99Ms,
        waited(learnedP50Ms),
        waited(learnedP99Ms),
        syncBytesPerSecond,
        100 * applyCpuShare,
        stalenessMs);
  }

  private static String waited(double ms) {
    return Double.isInfinite(ms)
        ? String.format(Locale.ROOT, "more than %d", Visibility.GIVEN_UP.toMillis())
        : String.format(Locale.ROOT, "%.0f", ms);
  }

  /** Puts its figures. */
  JsonReport into(JsonReport report) {
    return report
        .put("format", format)
        .put("events_per_second", eventsPerSecond)
        .put("visible_own_p50_ms", ownP50Ms)
        .put("visible_own_p99_ms", ownP99Ms)
        .put("visible_learned_p50_ms", learnedP50Ms)
        .put("visible_learned_p99_ms", learnedP99Ms)
        .put("sync_bytes_per_second", syncBytesPerSecond)
        .put("apply_cpu_share", applyCpuShare)
        .put("staleness_ms", stalenessMs);
  }
}
