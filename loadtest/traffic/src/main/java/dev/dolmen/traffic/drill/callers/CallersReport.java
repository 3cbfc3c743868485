package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results of trials as a table of 80 columns, and as JSON. */
record CallersReport(CallersOptions options, List<TrialResult> trials) {
  boolean passed() {
    return trials.stream().allMatch(TrialResult::passed);
  }

  /** The table, and below it what the server must not have done. */
  String text() {
    TextTable table =
        new TextTable(
            "trial", "calls", "events", "probes", "p99 ms", "peak RSS", "refused", "verdict");
    List<String> faults = new ArrayList<>();
    for (TrialResult t : trials) {
      table.row(
          t.name(),
          percent(t.callsShare()),
          percent(t.eventsShare()),
          percent(t.probesShare()),
          Double.isNaN(t.goodP99Ms()) ? "-" : String.format(Locale.ROOT, "%.1f", t.goodP99Ms()),
          Amounts.bytes(t.peakRssBytes()),
          t.refused(),
          t.passed() ? "pass" : t.exitCode().isPresent() ? "DEAD" : "FAIL");
      t.exitCode()
          .ifPresent(code -> faults.add(t.name() + ": the server ended with exit code " + code));
      t.faults().forEach(fault -> faults.add(t.name() + ": " + fault));
    }
    return table.text() + (faults.isEmpty() ? "" : String.join("\n", faults) + "\n");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  JsonReport json() {
    return new JsonReport()
        .put("passed", passed())
        .put("seconds", options.seconds())
        .put("heap_mb", options.heapMb())
        .put("good_per_second", options.rate())
        .put("good_deadline_ms", options.deadline().toMillis())
        .put("trials", trials.stream().map(TrialResult::json).toList());
  }
}
