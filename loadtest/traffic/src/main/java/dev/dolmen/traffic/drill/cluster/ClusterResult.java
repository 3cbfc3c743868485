package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.List;
import java.util.Locale;

/**
 * What the drill found.
 *
 * @param trials in the order in which they were played
 * @param figures of load with nothing wrong
 * @param readyMs of each start of a server, from its process' start until it takes feedback
 */
record ClusterResult(List<ClusterTrialResult> trials, Figures figures, List<Long> readyMs) {
  /**
   * Load with nothing wrong, seen from one server.
   *
   * @param eventsPerSecond acknowledged
   * @param ownP50Ms from a click's acknowledgement by one server until another answers with its
   *     session
   * @param learnedP50Ms until it answers with what was learned of it
   * @param syncBytesPerSecond of syncs, bases left out
   * @param applyCpuShare of one processor, for applying log and syncs
   */
  record Figures(
      double eventsPerSecond,
      double ownP50Ms,
      double ownP99Ms,
      double learnedP50Ms,
      double learnedP99Ms,
      double syncBytesPerSecond,
      double applyCpuShare) {}

  boolean passed() {
    return trials.stream().allMatch(ClusterTrialResult::passed);
  }

  private long failoverMs() {
    return trials.stream()
        .filter(trial -> trial.name().startsWith("trainer-killed"))
        .mapToLong(ClusterTrialResult::recoveredMs)
        .max()
        .orElse(0);
  }

  private long worstReadyMs() {
    return readyMs.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  String text() {
    TextTable table =
        new TextTable(
            "drill",
            "acknowledged",
            "lost",
            "learned twice",
            "requests",
            "failed",
            "hashes",
            "recovered ms");
    for (ClusterTrialResult trial : trials) {
      table.row(
          trial.name(),
          String.format(Locale.ROOT, "%,d", trial.acknowledged()),
          Long.toString(trial.lost()),
          Long.toString(trial.learnedTwice()),
          Long.toString(trial.requests()),
          Long.toString(trial.failedRequests()),
          trial.hashesEqual() ? "equal" : "DIFFERENT",
          Long.toString(trial.recoveredMs()));
    }
    return table.text()
        + String.format(
            Locale.ROOT,
            "%.0f events/s: own session visible after %.0f ms (p50), %.0f (p99); learned %.0f, %.0f;"
                + " syncs %,.0f bytes/s; applying takes %.1f%% of a processor%n"
                + "server ready after %,d ms at most%n",
            figures.eventsPerSecond,
            figures.ownP50Ms,
            figures.ownP99Ms,
            figures.learnedP50Ms,
            figures.learnedP99Ms,
            figures.syncBytesPerSecond,
            100 * figures.applyCpuShare,
            worstReadyMs());
  }

  JsonReport json() {
    List<JsonReport> drills =
        trials.stream()
            .map(trial ->
                new JsonReport()
                    .put("name", trial.name())
                    .put("acknowledged", trial.acknowledged())
                    .put("lost", trial.lost())
                    .put("learned_twice", trial.learnedTwice())
                    .put("failed_requests", trial.failedRequests())
                    .put("hashes_equal", trial.hashesEqual())
                    .put("recovered_ms", trial.recoveredMs()))
            .toList();
    return new JsonReport()
        .put("drills", drills)
        .put("events_per_second", figures.eventsPerSecond)
        .put("visible_own_p99_ms", figures.ownP99Ms)
        .put("visible_learned_p99_ms", figures.learnedP99Ms)
        .put("sync_bytes_per_second", figures.syncBytesPerSecond)
        .put("apply_cpu_share", figures.applyCpuShare)
        .put("failover_ms", failoverMs())
        .put("server_ready_ms", worstReadyMs());
  }
}
