package dev.dolmen.trainer.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExperimentOptionsTest {
  private static Arm arm(String name, double share) {
    return new Arm(name, share, RankerKind.BLEND);
  }

  private static ExperimentOptions of(String name, Arm... arms) {
    return new ExperimentOptions(name, List.of(arms));
  }

  private static int[] counts(ExperimentOptions experiment, int ids) {
    int[] counts = new int[experiment.arms().size()];
    for (int i = 0; i < ids; i++) {
      counts[experiment.arm(experiment.unit("visit-" + i))]++;
    }
    return counts;
  }

  @Test
  void sharesAreKept() {
    int[] counts = counts(of("e", arm("a", 0.7), arm("b", 0.2), arm("c", 0.1)), 100_000);
    assertThat(counts[0]).isCloseTo(70_000, within(700));
    assertThat(counts[1]).isCloseTo(20_000, within(600));
    assertThat(counts[2]).isCloseTo(10_000, within(450));
    assertThat(counts(of("e", arm("a", 1), arm("b", 0)), 10_000)).containsExactly(10_000, 0);
    assertThat(counts(of("e", arm("a", 0), arm("b", 1)), 10_000)).containsExactly(0, 10_000);
  }

  @Test
  void anIdMeetsTheSameArmUntilTheExperimentIsAnother() {
    ExperimentOptions one = of("one", arm("a", 0.5), arm("b", 0.5));
    ExperimentOptions again = of("one", arm("a", 0.5), arm("b", 0.5));
    ExperimentOptions other = of("two", arm("a", 0.5), arm("b", 0.5));
    int moved = 0;
    for (int i = 0; i < 10_000; i++) {
      String id = "visit-" + i;
      int arm = one.arm(one.unit(id));
      assertThat(again.arm(again.unit(id))).isEqualTo(arm);
      moved += other.arm(other.unit(id)) == arm ? 0 : 1;
    }
    assertThat(moved).isCloseTo(5_000, within(200));
    // Written down, as it must not change from one version of the program to the next.
    assertThat(one.unit("visit-1")).isEqualTo(UNIT);
  }

  private static final long UNIT = -6482810724259263897L;

  @Test
  void moreOfAnArmTakesNobodyOutOfIt() {
    ExperimentOptions before = of("e", arm("a", 0.9), arm("b", 0.1));
    ExperimentOptions after = of("e", arm("a", 0.5), arm("b", 0.5));
    for (int i = 0; i < 10_000; i++) {
      long unit = before.unit("visit-" + i);
      if (before.arm(unit) == 1) {
        assertThat(after.arm(unit)).isEqualTo(1);
      }
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThatThrownBy(() -> of("e", arm("a", 0.9), arm("b", 0.2)))
        .hasMessage("arms: shares 0.9 + 0.2 = 1.1, expected a sum of 1");
    assertThatThrownBy(() -> of("e", arm("a", 0.5), arm("a", 0.5)))
        .hasMessage("arms: \"a\" is given twice, expected distinct names");
    assertThatThrownBy(() -> of("e", arm("a", 1))).hasMessageContaining("1, expected 2 to 16");
    assertThatThrownBy(() -> of("", arm("a", 0.5), arm("b", 0.5)))
        .hasMessageContaining("name: \"\", expected 1 to 64");
    assertThatThrownBy(() -> arm("a b", 1)).hasMessageContaining("name: \"a b\"");
    assertThatThrownBy(() -> arm("a", 1.5)).hasMessageContaining("share: 1.5, expected 0");
    assertThat(ExperimentOptions.NONE.runs()).isFalse();
  }
}
