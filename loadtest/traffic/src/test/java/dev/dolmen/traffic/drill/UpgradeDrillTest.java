package dev.dolmen.traffic.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.ValidationTotals;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Three turns on real server processes, and what failed ones look like. */
class UpgradeDrillTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @TempDir Path directory;

  private int run(String... arguments) {
    Terminal out = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    CommandLine line = new CommandLine(new UpgradeDrillCommand(out, out));
    line.setErr(new PrintWriter(printed, true, StandardCharsets.UTF_8));
    return line.execute(arguments);
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theNextClicksAKillAndASlotThatComesLoseNothing() throws Exception {
    String json = directory.resolve("upgrade.json").toString();
    int exit =
        run(
            "--recall-clicks",
            "700",
            "--only",
            "kill,slot-added",
            "--seconds",
            "2",
            "--rate",
            "100",
            "--items",
            "700",
            "--json",
            json);
    assertThat(exit).as(text()).isZero();

    JsonNode report = new ObjectMapper().readTree(Path.of(json).toFile());
    assertThat(report.get("missing_in_log").asLong()).isZero();
    assertThat(report.get("repeated_in_log").asLong()).isZero();
    assertThat(report.get("upgrades")).hasSize(3);
    for (JsonNode row : report.get("upgrades")) {
      assertThat(row.get("passed").asBoolean()).as(row.toString()).isTrue();
      assertThat(row.get("from").asText()).isNotEmpty().isEqualTo(row.get("to").asText());
      assertThat(row.get("ready_ms").asLong()).isPositive();
      assertThat(row.get("acknowledged").asLong()).isGreaterThan(100);
      assertThat(row.get("lost").asLong()).isZero();
      assertThat(row.get("learned_twice").asLong()).isZero();
      assertThat(row.get("recall_before").asDouble()).isBetween(0.0, 1.0);
      assertThat(row.get("recall_after").asDouble()).isBetween(0.0, 1.0);
    }
    nextClicksAreLearnedAgain(report.get("upgrades").get(0));
    JsonNode kill = report.get("upgrades").get(1);
    JsonNode added = report.get("upgrades").get(2);
    assertThat(kill.get("name").asText()).isEqualTo("kill");
    assertThat(kill.get("migrated")).isEmpty();
    assertThat(added.get("acknowledged").asLong()).isGreaterThan(kill.get("acknowledged").asLong());
    assertThat(outcome(added, "slot season")).isEqualTo("comes");
    assertThat(outcome(added, "slot item_id")).isEqualTo("kept");
    assertThat(outcome(added, "model, item/weight")).isEqualTo("converted");
    assertThat(text()).contains("slot season", "pass").doesNotContain("FAIL");
  }

  private void nextClicksAreLearnedAgain(JsonNode row) {
    assertThat(row.get("name").asText()).isEqualTo("next-clicks");
    assertThat(row.get("acknowledged").asLong()).isGreaterThanOrEqualTo(700 + 100);
    // Each but the first of a visit, of which there are 200 at a time.
    assertThat(row.get("predictions_before").asLong()).isBetween(400L, 700L);
    // One program twice, from one place on: the same to the last click.
    assertThat(row.get("predictions_after")).isEqualTo(row.get("predictions_before"));
    assertThat(row.get("recall_after")).isEqualTo(row.get("recall_before"));
    assertThat(row.get("mrr_after")).isEqualTo(row.get("mrr_before"));
    assertThat(row.get("mrr_before").asDouble()).isPositive();
    assertThat(row.get("recall_live").asDouble()).isPositive();
    assertThat(text()).contains("the upgrade is: +0.000 points");
  }

  private static String outcome(JsonNode row, String part) {
    for (JsonNode migrated : row.get("migrated")) {
      if (migrated.get("part").asText().equals(part)) {
        return migrated.get("outcome").asText();
      }
    }
    return "there is no " + part;
  }

  @Test
  void whatIsLostLearnedTwiceOrNotReadyFails() {
    UpgradeRow good = row(10, 10, "");
    assertThat(new UpgradeReport(List.of(good), 0, 0).passed()).isTrue();
    assertThat(new UpgradeReport(List.of(good), 1, 0).passed()).isFalse();
    assertThat(new UpgradeReport(List.of(good), 0, 1).passed()).isFalse();
    assertThat(new UpgradeReport(List.of(), 0, 0).passed()).isFalse();
    UpgradeRow lost = row(10, 9, "");
    assertThat(lost.lost()).isEqualTo(1);
    assertThat(row(10, 11, "").learnedTwice()).isEqualTo(1);
    assertThat(new UpgradeReport(List.of(good, lost), 0, 0).text())
        .contains("restart FAILED: 10 events are acknowledged, 9 are learned");
    UpgradeRow broken = UpgradeRow.broken(UpgradeTurn.WIDTH, "1.0", 10, "it ended with 1");
    UpgradeReport report = new UpgradeReport(List.of(good, broken), 0, 0);
    assertThat(report.passed()).isFalse();
    assertThat(report.text()).contains("width FAILED: it ended with 1");
  }

  private static UpgradeRow row(long acknowledged, long learned, String problem) {
    ValidationTotals none = ValidationTotals.ZERO;
    return new UpgradeRow(
        UpgradeTurn.RESTART,
        "1.0",
        "1.1",
        900,
        acknowledged,
        learned,
        none,
        none,
        none,
        List.of(),
        problem);
  }

  @Test
  void recallThatAStartCostsIsNoticed() {
    MigratedPart brand = new MigratedPart("slot brand", "goes", 3, 0, "");
    MigratedPart model = new MigratedPart("model, item/weight", "anew", 8, 0, "another width");
    assertThat(NextClicks.problem(next(10_000, 5_000, 4_991, List.of()))).isEmpty();
    assertThat(NextClicks.problem(next(10_000, 5_000, 6_000, List.of()))).isEmpty();
    assertThat(NextClicks.problem(next(10_000, 5_000, 4_980, List.of())))
        .contains("0.20 points lower, expected 0.1 at most");
    assertThat(NextClicks.problem(next(10_000, 5_000, 4_980, List.of(brand)))).contains("0.20");
    assertThat(NextClicks.problem(next(10_000, 5_000, 3_000, List.of(model)))).isEmpty();
    assertThat(NextClicks.problem(next(9_999, 5_000, 5_000, List.of())))
        .contains("10,000 clicks are predicted before and 9,999 after");
  }

  /** Of 10,000 predictions before. */
  private static UpgradeRow next(
      long predictions, double hits, double hitsAfter, List<MigratedPart> migrated) {
    return new UpgradeRow(
        UpgradeTurn.NEXT_CLICKS,
        "1.0",
        "1.1",
        900,
        10,
        10,
        ValidationTotals.ZERO,
        new ValidationTotals(10_000, hits, 0, 0, 0, 0, 0, 0),
        new ValidationTotals(predictions, hitsAfter, 0, 0, 0, 0, 0, 0),
        migrated,
        "");
  }

  @Test
  void aTurnThatChangesNothingOrTooMuchIsNoticed() {
    MigratedPart kept = new MigratedPart("slot item_id", "kept", 10, 10, "");
    MigratedPart half = new MigratedPart("slot item_id", "kept", 10, 5, "no room");
    MigratedPart comes = new MigratedPart("slot season", "comes", 0, 0, "");
    MigratedPart goes = new MigratedPart("slot brand", "goes", 3, 0, "");
    MigratedPart model = new MigratedPart("model, item/weight", "anew", 8, 0, "another width");
    assertThat(UpgradeTurn.KILL.unexpected(List.of())).isEmpty();
    assertThat(UpgradeTurn.KILL.unexpected(List.of(kept))).contains("slot item_id");
    assertThat(UpgradeTurn.BOUNDS.unexpected(List.of(kept))).isEmpty();
    assertThat(UpgradeTurn.BOUNDS.unexpected(List.of(kept, half))).isNotEmpty();
    assertThat(UpgradeTurn.SLOT_ADDED.unexpected(List.of(kept, comes))).isEmpty();
    assertThat(UpgradeTurn.SLOT_ADDED.unexpected(List.of(kept))).isNotEmpty();
    assertThat(UpgradeTurn.SLOT_REMOVED.unexpected(List.of(kept, goes))).isEmpty();
    assertThat(UpgradeTurn.SLOT_REMOVED.unexpected(List.of(comes))).isNotEmpty();
    assertThat(UpgradeTurn.FEWER_ROWS.unexpected(List.of(half))).isEmpty();
    assertThat(UpgradeTurn.FEWER_ROWS.unexpected(List.of(kept))).isNotEmpty();
    assertThat(UpgradeTurn.WIDTH.unexpected(List.of(model))).isEmpty();
    assertThat(UpgradeTurn.WIDTH.unexpected(List.of(half))).isNotEmpty();
  }

  @Test
  void anUnknownTurnOrFolderIsRefused() {
    assertThat(run("--only", "reboot")).isNotZero();
    assertThat(text()).contains("\"reboot\", expected some of restart, kill, bounds");
    assertThat(run("--items", "-1")).isNotZero();
    assertThat(text()).contains("--items: -1, expected 0 to 1,900,000");
    assertThat(run("--recall-clicks", "5", "--recall-share", "0")).isNotZero();
    assertThat(text()).contains("--recall-share: 0.0, expected above 0, to 1");
    assertThat(run("--from", directory.resolve("nowhere").toString())).isNotZero();
    assertThat(text()).contains("nowhere is no folder");
  }
}
