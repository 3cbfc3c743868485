package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.List;
import java.util.Locale;

/**
 * What the drill found.
 *
 * @param trials in the order in which they were played
 * @param figures of load with nothing wrong, by format
 * @param readyMs of each start of a server, from its process' start until it takes feedback
 * @param failoverMs of each trainer that was killed or stopped, until another leads
 */
record ClusterResult(
    List<ClusterTrialResult> trials,
    List<SteadyFigures> figures,
    List<Long> readyMs,
    List<Long> failoverMs) {

  boolean passed() {
    return trials.stream().allMatch(ClusterTrialResult::passed);
  }

  private static long most(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private static long median(List<Long> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }

  String text() {
    TextTable table =
        new TextTable(
            "drill",
            "acknowledged",
            "lost",
            "twice",
            "requests",
            "failed",
            "hashes",
            "recovered ms",
            "settled ms",
            "behind ms",
            "ended",
            "");
    for (ClusterTrialResult trial : trials) {
      table.row(
          trial.name(),
          String.format(Locale.ROOT, "%,d", trial.acknowledged()),
          Long.toString(trial.lost()),
          Long.toString(trial.learnedTwice()),
          String.format(Locale.ROOT, "%,d", trial.requests()),
          Long.toString(trial.failedRequests()),
          trial.different().isEmpty() ? "equal" : "different",
          String.format(Locale.ROOT, "%,d", trial.recoveredMs()),
          String.format(Locale.ROOT, "%,d", trial.settledMs()),
          Long.toString(trial.stalenessMs()),
          Integer.toString(trial.endedAlone()),
          trial.passed() ? "pass" : "FAIL");
    }
    StringBuilder text = new StringBuilder(trials.isEmpty() ? "" : table.text());
    for (ClusterTrialResult trial : trials) {
      if (!trial.different().isEmpty()) {
        text.append(trial.name()).append(": ").append(trial.different()).append('\n');
      }
    }
    figures.forEach(each -> text.append(each.text()));
    text.append(
        String.format(
            Locale.ROOT,
            "server ready after %,d ms (median of %d), %,d at most%n",
            median(readyMs),
            readyMs.size(),
            most(readyMs)));
    if (!failoverMs.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT, "another trainer leads after %,d ms at most%n", most(failoverMs)));
    }
    return text.toString();
  }

  JsonReport json() {
    List<JsonReport> drills =
        trials.stream()
            .map(trial ->
                new JsonReport()
                    .put("name", trial.name())
                    .put("passed", trial.passed())
                    .put("acknowledged", trial.acknowledged())
                    .put("lost", trial.lost())
                    .put("learned_twice", trial.learnedTwice())
                    .put("requests", trial.requests())
                    .put("failed_requests", trial.failedRequests())
                    .put("hashes_equal", trial.different().isEmpty())
                    .put("recovered_ms", trial.recoveredMs())
                    .put("settled_ms", trial.settledMs())
                    .put("staleness_ms", trial.stalenessMs())
                    .put("ended_alone", trial.endedAlone()))
            .toList();
    JsonReport report = new JsonReport().put("drills", drills);
    if (!figures.isEmpty()) {
      var _ = figures.getFirst().into(report);
    }
    if (!failoverMs.isEmpty()) {
      var _ = report.put("failover_ms", most(failoverMs));
    }
    return report
        .put("server_ready_ms", median(readyMs))
        .put("server_ready_max_ms", most(readyMs))
        .put("formats", figures.stream().map(each -> each.into(new JsonReport())).toList());
  }
}
