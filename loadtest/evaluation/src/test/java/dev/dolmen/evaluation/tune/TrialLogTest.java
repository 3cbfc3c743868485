package dev.dolmen.evaluation.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialLogTest {
  private static final Map<String, String> SEARCH = Map.of("seed", "1", "data", "shop");
  private static final Map<String, String> SETTINGS = Map.of("passes", "2");

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeTwo() throws IOException {
    file = folder.resolve("trials.jsonl");
    try (TrialLog log = TrialLog.open(file, SEARCH, false)) {
      log.add(trial(0, Map.of()));
      log.add(trial(1, SETTINGS));
    }
  }

  private static Trial trial(int rung, Map<String, String> settings) {
    Map<RankMetric, Double> figures =
        Map.of(RankMetric.RECALL_20, 0.1 + 0.2, RankMetric.MRR_20, 1e-17, RankMetric.NDCG_20, 0.5);
    return new Trial(rung, settings, 10, figures, 1.5, new int[] {1, 20, 21, 3});
  }

  @Test
  void trialsAreReadBackAsTheyWere() throws IOException {
    try (TrialLog log = TrialLog.open(file, SEARCH, false)) {
      assertThat(log.counts()).isEqualTo(Map.of(0, 1, 1, 1));
      assertThat(log.find(0, SETTINGS)).isNull();
      assertThat(log.find(1, SETTINGS)).usingRecursiveComparison().isEqualTo(trial(1, SETTINGS));
    }
  }

  /** A process can die after any byte. */
  @Test
  void aLineThatIsNotWholeIsAsGoodAsNone() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (TrialLog log = TrialLog.open(file, SEARCH, false)) {
        if (log.find(0, Map.of()) == null) {
          log.add(trial(0, Map.of()));
        }
        assertThat(log.find(1, SETTINGS)).isNull();
        log.add(trial(1, SETTINGS));
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }
  }

  @Test
  void anotherSearchIsRefusedAndNothingIsChanged() throws IOException {
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> TrialLog.open(file, Map.of("seed", "2", "data", "shop"), false))
        .hasMessageContaining("trials.jsonl: seed of the search that was begun there: 1")
        .hasMessageContaining("expected as now: 2")
        .hasMessageContaining("--anew");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (TrialLog log = TrialLog.open(file, Map.of("seed", "2", "data", "shop"), true)) {
      assertThat(log.counts()).isEmpty();
    }
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    Files.writeString(file, "{\"rung\":0}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> TrialLog.open(file, SEARCH, false))
        .hasMessageContaining("trials.jsonl:4: no settings, expected a trial");
    Files.writeString(file, "what?\n");
    assertThatThrownBy(() -> TrialLog.open(file, SEARCH, false))
        .hasMessageContaining("trials.jsonl:1: no JSON");
  }

  @Test
  void oneSearchAtATime() throws IOException {
    try (TrialLog log = TrialLog.open(file, SEARCH, false)) {
      assertThat(log.counts()).hasSize(2);
      assertThatThrownBy(() -> TrialLog.open(file, SEARCH, true))
          .hasMessageContaining("in use by another search");
    }
    assertThat(Files.readAllLines(file)).hasSize(3);
  }
}
