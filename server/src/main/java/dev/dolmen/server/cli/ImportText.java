package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.ColumnText;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.data.ImportReport;
import dev.dolmen.server.data.RefusalReason;
import java.util.List;
import java.util.Locale;

/** What reading a dataset came to, for people and for programs. */
public final class ImportText {
  /** Of a column's name at most. */
  private static final int NAME_COLUMNS = 24;

  private ImportText() {}

  /** The lines that every command prints before it goes on. */
  public static void print(ImportReport report, Terminal to) {
    printSummary(report, to);
    printColumns(report, to);
    printFindings(report, to);
  }

  /** The same with what is made of each column. */
  static void printAll(ImportReport report, Terminal to) {
    TextTable table = new TextTable("file", "column", "type", "use");
    report
        .columns()
        .forEach(
            c -> table.row(c.file(), ColumnText.cut(c.name(), NAME_COLUMNS), c.type(), c.use()));
    to.text(table.text(to.columns()));
    printSummary(report, to);
    printFindings(report, to);
  }

  /** Broken for eyes alone: in a file each finding is one line. */
  private static void say(Terminal to, String line) {
    if (to.interactive()) {
      to.paragraph(line);
    } else {
      to.line(line);
    }
  }

  private static void printSummary(ImportReport report, Terminal to) {
    say(
        to,
        String.format(
            Locale.ROOT,
            "%s: %,d clicks of %,d visits on %,d items; times are %s%s",
            report.dataset(),
            report.clicks(),
            report.sessions(),
            report.clickedItems(),
            report.timeScale().words(),
            metadata(report)));
  }

  private static void printFindings(ImportReport report, Terminal to) {
    report
        .refused()
        .forEach((reason, n) -> {
          say(to, String.format(Locale.ROOT, "%s: %,d", taken(reason), n));
          List<String> places = report.examples().getOrDefault(reason, List.of());
          int shown = Math.min(places.size(), reason.placesShown());
          places.stream().limit(shown).forEach(place -> say(to, "  " + place));
          if (n > shown && shown > 0) {
            say(to, String.format(Locale.ROOT, "  and %,d more", n - shown));
          }
        });
    report.warnings().forEach(warning -> say(to, "WARNING: " + warning));
  }

  private static String metadata(ImportReport report) {
    if (report.items() == 0) {
      return "; no metadata";
    }
    String bare =
        report.bareItems() == 0
            ? "all clicked ones among them"
            : String.format(Locale.ROOT, "%,d clicked ones have none", report.bareItems());
    return String.format(Locale.ROOT, "; metadata of %,d items, %s", report.items(), bare);
  }

  private static void printColumns(ImportReport report, Terminal to) {
    List<String> ignored =
        report.columns().stream()
            .filter(c -> c.use().startsWith("ignored"))
            .map(c -> c.name() + " (" + c.file() + ")")
            .toList();
    if (!ignored.isEmpty()) {
      say(to, "columns that are ignored: " + String.join(", ", ignored));
    }
    report.columns().stream()
        .filter(c -> c.use().startsWith("slot ") && !c.use().startsWith("slot " + c.name() + " "))
        .forEach(c -> say(to, "column " + c.name() + " (" + c.file() + ") is " + c.use()));
    report.columns().stream()
        .filter(c -> c.use().startsWith("the event type"))
        .forEach(c -> say(to, "column " + c.name() + ": " + c.use()));
  }

  private static String taken(RefusalReason reason) {
    return switch (reason) {
      case NOT_A_CLICK -> "not learned, as shown and not clicked";
      case VALUE -> "values left out, the rest of their lines is taken";
      default -> "refused, " + reason.words();
    };
  }

  /** The same as JSON: counts by reason, warnings and the plan. */
  public static JsonReport json(ImportReport report) {
    JsonReport refused = new JsonReport();
    JsonReport examples = new JsonReport();
    for (RefusalReason reason : RefusalReason.values()) {
      refused.put(reason.key(), report.refused(reason));
      report.examples().getOrDefault(reason, List.of()).stream()
          .findFirst()
          .ifPresent(first -> examples.put(reason.key(), first));
    }
    return new JsonReport()
        .put("dataset", report.dataset())
        .put("read", report.clicks() + notTaken(report))
        .put("clicks", report.clicks())
        .put("sessions", report.sessions())
        .put("clicked_items", report.clickedItems())
        .put("clicked_items_without_metadata", report.bareItems())
        .put("items", report.items())
        .put("time_scale", report.timeScale().key())
        .put("refused_lines", report.refusedLines())
        .put("refused", refused)
        .put("examples", examples)
        .putAll("warnings", report.warnings())
        .put(
            "columns",
            report.columns().stream()
                .map(c ->
                    new JsonReport()
                        .put("file", c.file())
                        .put("column", c.name())
                        .put("type", c.type())
                        .put("use", c.use()))
                .toList());
  }

  private static long notTaken(ImportReport report) {
    return report.refusedLines() + report.refused(RefusalReason.NOT_A_CLICK);
  }
}
