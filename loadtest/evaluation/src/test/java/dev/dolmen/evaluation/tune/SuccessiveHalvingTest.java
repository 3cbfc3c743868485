package dev.dolmen.evaluation.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuccessiveHalvingTest {
  private final List<Integer> made = new ArrayList<>();

  /** Setting x is worth x, whatever is learned, but for 26, which does well on little alone. */
  private Trial trial(int rung, Map<String, String> settings) {
    double x = Integer.parseInt(settings.getOrDefault("x", "-1"));
    double worth = x == 26 && rung > 0 ? 0 : Math.min(20, x);
    made.add(rung);
    return new Trial(rung, settings, 1, Map.of(RankMetric.MRR_20, worth), 0, new int[0]);
  }

  private List<List<Trial>> climb(Ladder ladder) throws IOException {
    List<Map<String, String>> candidates =
        IntStream.range(0, ladder.trials()).mapToObj(x -> Map.of("x", "" + x)).toList();
    return new SuccessiveHalving(ladder, t -> t.figure(RankMetric.MRR_20), this::trial)
        .climb(candidates);
  }

  private static List<String> names(List<Trial> trials) {
    return trials.stream().map(t -> t.settings().getOrDefault("x", "")).toList();
  }

  @Test
  void aShareOfTheBestClimbsOnFromRungToRung() throws IOException {
    List<List<Trial>> rungs = climb(new Ladder(27, 3, 3));
    assertThat(rungs).extracting(List::size).containsExactly(27, 9, 3);
    assertThat(made).hasSize(39).isSorted();
    // 20 to 26 are as good as one another on the lowest rung: then the order stays.
    assertThat(names(rungs.get(0)).subList(0, 9))
        .containsExactly("20", "21", "22", "23", "24", "25", "26", "19", "18");
    assertThat(names(rungs.get(1)).subList(0, 6))
        .containsExactly("20", "21", "22", "23", "24", "25");
    assertThat(names(rungs.get(1)).getLast()).isEqualTo("26");
    assertThat(names(rungs.get(2))).containsExactly("20", "21", "22");
  }

  @Test
  void theLastRungHasEverythingAndAtLeastOneTrial() {
    Ladder ladder = new Ladder(7, 2, 4);
    assertThat(IntStream.range(0, 4).map(ladder::trials)).containsExactly(7, 3, 1, 1);
    assertThat(ladder.share(0)).isEqualTo(0.125);
    assertThat(ladder.share(3)).isEqualTo(1);
    assertThat(IntStream.range(0, 4).mapToObj(ladder::shareName))
        .containsExactly("1/8", "1/4", "1/2", "all");
    assertThat(Ladder.trialsMin(3, 3)).isEqualTo(9);
  }
}
