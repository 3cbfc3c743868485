package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.traffic.generator.ValidationTotals;
import java.util.List;

/**
 * What a turn of {@code drill upgrade} found.
 *
 * @param from version of the program before the start
 * @param to and after it; empty if it did not start
 * @param readyMs milliseconds from the start of the process until it took feedback
 * @param acknowledged events since the directory was made
 * @param learned of them, as the server counts after the turn
 * @param live of {@link UpgradeTurn#NEXT_CLICKS}: progressive validation as the clicks came
 * @param before progressive validation on the turn's events before the end of the process, or, of
 *     {@link UpgradeTurn#NEXT_CLICKS}, as the same program learned them again
 * @param after and since it was ready again, or as this program did
 * @param migrated what the start made of the snapshot; none if it took everything as it is
 * @param problem what is wrong, for people; empty if nothing is
 */
record UpgradeRow(
    UpgradeTurn turn,
    String from,
    String to,
    long readyMs,
    long acknowledged,
    long learned,
    ValidationTotals live,
    ValidationTotals before,
    ValidationTotals after,
    List<MigratedPart> migrated,
    String problem) {

  /** Of a turn after which the server did not come to learn again. */
  static UpgradeRow broken(UpgradeTurn turn, String from, long acknowledged, String problem) {
    ValidationTotals none = ValidationTotals.ZERO;
    return new UpgradeRow(
        turn, from, "", 0, acknowledged, acknowledged, none, none, none, List.of(), problem);
  }

  /** The same with one more problem, if it is one. */
  UpgradeRow with(String more) {
    return new UpgradeRow(
        turn,
        from,
        to,
        readyMs,
        acknowledged,
        learned,
        live,
        before,
        after,
        migrated,
        joined(List.of(problem, more)));
  }

  /** Those that are not empty, as one. */
  static String joined(List<String> problems) {
    return String.join("; ", problems.stream().filter(p -> !p.isEmpty()).toList());
  }

  /** Acknowledged events that were not learned. */
  long lost() {
    return Math.max(0, acknowledged - learned);
  }

  /** Events that were learned besides. */
  long learnedTwice() {
    return Math.max(0, learned - acknowledged);
  }

  boolean passed() {
    return problem.isEmpty() && acknowledged == learned;
  }

  JsonReport json() {
    JsonReport json = figures();
    return turn == UpgradeTurn.NEXT_CLICKS ? json.put("recall_live", live.recall()) : json;
  }

  private JsonReport figures() {
    return new JsonReport()
        .put("name", turn.label())
        .put("passed", passed())
        .put("problem", problem)
        .put("from", from)
        .put("to", to)
        .put("ready_ms", readyMs)
        .put("acknowledged", acknowledged)
        .put("lost", lost())
        .put("learned_twice", learnedTwice())
        .put("recall_before", before.recall())
        .put("mrr_before", before.mrr())
        .put("predictions_before", before.predictions())
        .put("recall_after", after.recall())
        .put("mrr_after", after.mrr())
        .put("predictions_after", after.predictions())
        .put("migrated", migrated.stream().map(MigratedPart::json).toList());
  }
}
