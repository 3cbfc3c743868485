package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.generator.ValidationTotals;
import java.util.List;
import java.util.Locale;

/**
 * What {@code drill upgrade} found.
 *
 * @param upgrades the turns, in their order
 * @param missing acknowledged events that the log does not hold in the end
 * @param repeated events that it holds more than once
 */
record UpgradeReport(List<UpgradeRow> upgrades, long missing, long repeated) {
  private static final int COLUMNS = 80;

  boolean passed() {
    return missing == 0
        && repeated == 0
        && !upgrades.isEmpty()
        && upgrades.stream().allMatch(UpgradeRow::passed);
  }

  String text() {
    TextTable table =
        new TextTable(
            "turn", "ready ms", "acknowledged", "lost", "twice", "recall@20", "after", "");
    for (UpgradeRow row : upgrades) {
      table.row(
          row.turn().label(),
          row.readyMs(),
          row.acknowledged(),
          row.lost(),
          row.learnedTwice(),
          percent(row.before().recall()),
          percent(row.after().recall()),
          row.passed() ? "pass" : "FAIL");
    }
    StringBuilder text = new StringBuilder(table.text());
    if (upgrades.stream()
        .anyMatch(row -> row.migrated().stream().anyMatch(MigratedPart::changes))) {
      text.append('\n').append(changes());
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%nthe log lacks %,d of the acknowledged events, and holds %,d more than once%n",
            missing,
            repeated));
    upgrades.stream()
        .filter(row -> row.turn() == UpgradeTurn.NEXT_CLICKS && !row.to().isEmpty())
        .forEach(row -> text.append(nextClicks(row)));
    for (UpgradeRow row : upgrades) {
      if (!row.passed()) {
        text.append(row.turn().label()).append(" FAILED: ").append(why(row)).append('\n');
      }
    }
    return text.toString();
  }

  private static String nextClicks(UpgradeRow row) {
    ValidationTotals before = row.before();
    ValidationTotals after = row.after();
    return String.format(
        Locale.ROOT,
        "the next clicks, %,d predicted%n"
            + "  as they came:   recall@20 %.3f%%, mrr@20 %.5f%n"
            + "  not upgraded:   recall@20 %.3f%%, mrr@20 %.5f, %s%n"
            + "  upgraded:       recall@20 %.3f%%, mrr@20 %.5f, %s%n"
            + "  the upgrade is: %+.3f points%n",
        after.predictions(),
        100 * row.live().recall(),
        row.live().mrr(),
        100 * before.recall(),
        before.mrr(),
        row.from(),
        100 * after.recall(),
        after.mrr(),
        row.to(),
        100 * (after.recall() - before.recall()));
  }

  private String changes() {
    TextTable table = new TextTable("turn", "part", "before", "kept", "what becomes of it");
    for (UpgradeRow row : upgrades) {
      for (MigratedPart part : row.migrated()) {
        if (part.changes()) {
          table.row(
              row.turn().label(),
              part.part(),
              part.before(),
              part.kept(),
              part.reason().isEmpty() ? part.outcome() : part.outcome() + ": " + part.reason());
        }
      }
    }
    return table.text(COLUMNS);
  }

  private static String why(UpgradeRow row) {
    if (row.acknowledged() == row.learned()) {
      return row.problem();
    }
    String counts =
        String.format(
            Locale.ROOT,
            "%,d events are acknowledged, %,d are learned",
            row.acknowledged(),
            row.learned());
    return row.problem().isEmpty() ? counts : counts + "; " + row.problem();
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  JsonReport json() {
    return new JsonReport()
        .put("passed", passed())
        .put("missing_in_log", missing)
        .put("repeated_in_log", repeated)
        .put("upgrades", upgrades.stream().map(UpgradeRow::json).toList());
  }
}
