package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SortedItemsTest {
  private static final int[] SIZES = {
    0, 1, 2, 13, SortedItems.CHUNK, SortedItems.CHUNK + 1, 5_000, 20_000
  };

  private final Random random = new Random(5);

  private static int[] all(SortedItems items) {
    int[] all = new int[items.size()];
    if (all.length > 0) {
      items.copy(0, all.length, all);
    }
    return all;
  }

  private static int[] sorted(Set<Integer> items) {
    return items.stream().mapToInt(i -> i).toArray();
  }

  private int[] shuffled(int n) {
    int[] items = IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = items[i];
      items[i] = items[other];
      items[other] = swapped;
    }
    return items;
  }

  private void assertSame(SortedItems items, Set<Integer> expected) {
    int[] sorted = sorted(expected);
    assertThat(all(items)).isEqualTo(sorted);
    for (int i = 0; i < 20 && sorted.length > 0; i++) {
      int from = random.nextInt(sorted.length);
      int n = random.nextInt(sorted.length + 1);
      int[] part = new int[n];
      items.copy(from, n, part);
      assertThat(part)
          .isEqualTo(IntStream.range(from, from + n).map(p -> sorted[p % sorted.length]).toArray());
    }
  }

  /** And a list that somebody may still read stays as it was. */
  @Test
  void holdsWhatASetHolds() {
    for (int n : SIZES) {
      TreeSet<Integer> expected = new TreeSet<>();
      SortedItems items = SortedItems.NONE;
      for (int change = 0; change < 4 * n; change++) {
        int item = random.nextInt(n);
        // It grows, then shrinks until nearly nothing is left.
        boolean comes = random.nextInt(10) < (change < 2 * n ? 7 : 1);
        SortedItems before = items;
        int[] held = change % 997 == 0 ? all(before) : null;
        items = comes ? items.with(item) : items.without(item);
        boolean changes = comes ? expected.add(item) : expected.remove(item);
        assertThat(items != before).isEqualTo(changes);
        assertThat(items.size()).isEqualTo(expected.size());
        if (held != null) {
          assertThat(all(before)).isEqualTo(held);
          assertSame(items, expected);
        }
      }
      assertSame(items, expected);
      for (int item : sorted(expected)) {
        items = items.without(item);
      }
      assertThat(items).isSameAs(SortedItems.NONE);
    }
  }

  /** However many there are: two chunks at most are written, and a list of few of them. */
  @Test
  @SuppressWarnings("ReferenceEquality") // What is shared has not been copied.
  void aChangeCopiesAChunkAndNotTheList() {
    int n = 100_000;
    SortedItems items = SortedItems.NONE;
    int lists = 0;
    for (int item = 0; item < n; item++) {
      SortedItems before = items;
      items = cheap(before, before.with(item));
      lists += items.chunks == before.chunks ? 0 : 1;
    }
    assertThat(lists).as("in order").isLessThan(20 * (1 + n / SortedItems.CHUNK));
    for (int item : shuffled(n)) {
      items = cheap(items, items.without(item));
      items = cheap(items, items.with(item));
    }
    for (int item : shuffled(n)) {
      items = cheap(items, items.without(item));
    }
    for (int item : shuffled(n)) {
      items = cheap(items, items.with(item));
    }
    assertThat(items.size()).isEqualTo(n);
  }

  @SuppressWarnings("ReferenceEquality") // What is shared has not been copied.
  private static SortedItems cheap(SortedItems before, SortedItems after) {
    int from = 0;
    int to = after.chunks.length;
    int shift = before.chunks.length - to;
    while (from < to && from < before.chunks.length && after.chunks[from] == before.chunks[from]) {
      from++;
    }
    while (to > from && to + shift > 0 && after.chunks[to - 1] == before.chunks[to + shift - 1]) {
      to--;
    }
    int written = 0;
    for (int chunk = from; chunk < to; chunk++) {
      written += after.chunks[chunk].length;
    }
    boolean few = after.chunks.length <= 1 + 4 * after.size() / SortedItems.CHUNK;
    if (written > 2 * SortedItems.CHUNK || !few) {
      throw new AssertionError(
          written + " written, " + after.chunks.length + " chunks of " + after.size() + " items");
    }
    return after;
  }
}
