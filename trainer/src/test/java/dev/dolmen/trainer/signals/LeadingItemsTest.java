package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against a look at all items. */
class LeadingItemsTest {
  private static final int ITEMS = 60_000;
  private static final int TOP = 30;

  private final SplittableRandom random = new SplittableRandom(3);
  private final DecayedCounts counts = new DecayedCounts(400);
  private final LeadingItems leading = new LeadingItems(counts);

  private void click(int item) {
    counts.event();
    counts.add(item, counts.unit());
    leading.counted(item);
    double by = counts.end();
    if (by > 1) {
      leading.rescaled(by);
    }
  }

  private static double[] top(int[] items, DecayedCounts counts) {
    double[] all = Arrays.stream(items).mapToDouble(counts::count).sorted().toArray();
    return Arrays.copyOfRange(all, Math.max(0, all.length - TOP), all.length);
  }

  private void compare() {
    int[] all = new int[counts.limit()];
    Arrays.setAll(all, i -> i);
    assertThat(top(leading.atLeast(TOP), counts)).isEqualTo(top(all, counts));
  }

  /** Popular ones, all others, and those that are deleted; counts are scaled back now and then. */
  @Test
  void leadersAreThoseOfALookAtAllItems() {
    for (int i = 0; i < 300_000; i++) {
      int item = random.nextInt(random.nextInt(3) == 0 ? 50 : ITEMS);
      click(item);
      if (random.nextInt(500) == 0) {
        counts.clear(random.nextInt(50));
      }
      if (random.nextInt(3_000) == 0) {
        compare();
      }
    }
    compare();
    assertThat(leading.looks()).isBetween(1, 30);
  }

  @Test
  void theyAreFoundAgainWhenAllOfThemAreGone() {
    for (int item = 0; item < ITEMS; item++) {
      for (int clicks = item < 9_000 ? 2 : 1; clicks > 0; clicks--) {
        click(item);
      }
    }
    compare();
    for (int item = ITEMS - 20_000; item < ITEMS; item++) {
      counts.clear(item);
    }
    compare();
    assertThat(leading.looks()).isEqualTo(2);
  }
}
