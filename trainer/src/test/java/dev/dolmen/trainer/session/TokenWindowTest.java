package dev.dolmen.trainer.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.feature.Features;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenWindowTest {
  /** Items of the tokens, and their gaps. */
  private final List<Integer> items = new ArrayList<>();

  private final List<Integer> gaps = new ArrayList<>();

  /** Steps about items 0, 1, 2…, the n-th one n seconds after the one before. */
  private static SessionHistory steps(int n) {
    int[] items = new int[n];
    long[] timesMs = new long[n];
    Arrays.setAll(items, i -> i);
    Arrays.setAll(timesMs, i -> i * (i + 1L) / 2 * 1_000);
    return new SessionHistory(items, new byte[n], timesMs, new Features[n]);
  }

  private TokenWindow.Receiver receiver(Set<Integer> unknown, Set<Integer> gone) {
    return new TokenWindow.Receiver() {
      @Override
      public boolean knows(int item) {
        return !unknown.contains(item);
      }

      @Override
      public boolean add(SessionSteps steps, int step, int gap) {
        if (!knows(steps.item(step)) || gone.contains(steps.item(step))) {
          return false;
        }
        items.add(steps.item(step));
        gaps.add(gap);
        return true;
      }
    };
  }

  @Test
  void theLastStepsAreRead() {
    assertThat(new TokenWindow(3).read(steps(6), receiver(Set.of(), Set.of()))).isEqualTo(3);
    assertThat(items).containsExactly(3, 4, 5);
    assertThat(gaps).containsExactly(0, TimeGaps.bucketOf(4_000), TimeGaps.bucketOf(5_000));
  }

  @Test
  void stepsFromSomeOnAreNotLookedAt() {
    assertThat(new TokenWindow(3).read(steps(6), 2, receiver(Set.of(), Set.of()))).isEqualTo(2);
    assertThat(items).containsExactly(0, 1);
  }

  @Test
  void otherStepsTakeThePlaceOfUnknownOnes() {
    new TokenWindow(3).read(steps(6), receiver(Set.of(4, 5), Set.of()));
    assertThat(items).containsExactly(1, 2, 3);
    assertThat(gaps).first().isEqualTo(0);
  }

  @Test
  void aGapIsSinceTheTokenBeforeNotSinceWhatWasPassedOver() {
    new TokenWindow(3).read(steps(6), receiver(Set.of(4), Set.of()));
    assertThat(items).containsExactly(2, 3, 5);
    assertThat(gaps).last().isEqualTo(TimeGaps.bucketOf(9_000));
  }

  @Test
  void anItemThatGoesMeanwhileIsPassedOver() {
    assertThat(new TokenWindow(3).read(steps(6), receiver(Set.of(), Set.of(3)))).isEqualTo(2);
    assertThat(items).containsExactly(4, 5);
    assertThat(gaps).first().isEqualTo(0);
  }

  @Test
  void aSessionOfUnknownItemsHasNoToken() {
    assertThat(new TokenWindow(3).read(steps(2), receiver(Set.of(0, 1), Set.of()))).isZero();
  }
}
