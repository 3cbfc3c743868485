package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.Locale;

/** An evaluation for a terminal. */
public final class EvalText {
  private EvalText() {}

  /** Prints all tables. */
  public static void print(EvalResult result, Terminal out) {
    out.line(result.summary());
    for (ReportSection section : result.sections()) {
      out.line("");
      out.line(out.bold(section.title()));
      for (EvalTables.Table table : EvalTables.all(section)) {
        TextTable text = new TextTable(table.headers().toArray(String[]::new));
        table.rows().forEach(row -> text.row(row.toArray()));
        out.line(out.dim(table.title()));
        out.text(text.text());
        out.line("");
      }
    }
    if (result.unknownTargets() > 0) {
      out.line(
          String.format(
              Locale.ROOT,
              "%,d predictions are of items that were never learned: a miss for every model",
              result.unknownTargets()));
    }
    out.line(
        String.format(
            Locale.ROOT,
            "%.0f s, peak memory %,d MB",
            result.seconds(),
            result.peakRssBytes() / 1_000_000));
  }
}
