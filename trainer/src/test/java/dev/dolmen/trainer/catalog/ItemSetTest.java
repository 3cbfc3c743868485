package dev.dolmen.trainer.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets against those of the JDK, over several blocks. */
class ItemSetTest {
  private static final int LIMIT = 5 << 16;

  private final Random random = new Random(3);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 13, 207, 4098, 50_000})
  void isWhatASetOfTheJdkIs(int size) {
    TreeSet<Integer> expected = new TreeSet<>();
    ItemSet set = ItemSet.NONE;
    while (expected.size() < size) {
      int item = item();
      expected.add(item);
      set = set.with(item, random.nextBoolean());
      assertThat(set.with(item, false)).isSameAs(set);
    }
    check(set, expected);
    for (int item : List.copyOf(expected)) {
      if (random.nextInt(10) > 0) {
        expected.remove(item);
        set = set.without(item);
        assertThat(set.without(item)).isSameAs(set);
      }
    }
    check(set, expected);
  }

  @Test
  void whatIsCombinedIsWhatItIsInSetsOfTheJdk() {
    for (int round = 0; round < 60; round++) {
      NavigableSet<Integer> a = some();
      NavigableSet<Integer> b = some();
      NavigableSet<Integer> c = some();
      ItemSet one = of(a);
      ItemSet two = of(b);
      ItemSet three = of(c);
      TreeSet<Integer> both = new TreeSet<>(a);
      both.retainAll(b);
      check(one.and(two), both);
      TreeSet<Integer> rest = new TreeSet<>(a);
      rest.removeAll(b);
      check(one.andNot(two), rest);
      TreeSet<Integer> any = new TreeSet<>(a);
      any.addAll(b);
      any.addAll(c);
      check(ItemSet.anyOf(List.of(one, two, three)), any);
      check(one, a);
      check(two, b);
      check(three, c);
    }
    check(ItemSet.anyOf(List.of()), new TreeSet<>());
    check(ItemSet.of(-1), new TreeSet<>());
    check(ItemSet.of(70_000), new TreeSet<>(List.of(70_000)));
  }

  /** Who has a set is not told of what comes after. */
  @Test
  void changesMakeOtherSets() {
    List<ItemSet> sets = new ArrayList<>();
    List<TreeSet<Integer>> expected = new ArrayList<>();
    ItemSet set = ItemSet.NONE;
    TreeSet<Integer> now = new TreeSet<>();
    for (int step = 0; step < 400; step++) {
      int item = random.nextInt(40) * 4_000;
      if (random.nextBoolean()) {
        set = set.with(item, false);
        now.add(item);
      } else {
        set = set.without(item);
        now.remove(item);
      }
      sets.add(set);
      expected.add(new TreeSet<>(now));
    }
    for (int step = 0; step < 400; step++) {
      check(sets.get(step), expected.get(step));
    }
  }

  @Test
  void aRankBeyondTheEndIsRefused() {
    assertThatThrownBy(() -> of(some(200)).at(200))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("rank 200 of 200 items");
    assertThatThrownBy(() -> ItemSet.NONE.at(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aDenseSetTakesABitAnItemAndASetOfOneNoBlocks() {
    ItemSet all = ItemSet.NONE;
    for (int item = 0; item < LIMIT; item++) {
      all = all.with(item, true);
    }
    assertThat(all.bytes()).isBetween(LIMIT / 8L, LIMIT / 8L + 1_000);
    assertThat(ItemSet.of(1_000_000_000).bytes()).isLessThan(64);
  }

  private int item() {
    // Half of them close together, so that containers of both kinds come.
    return random.nextBoolean() ? random.nextInt(20_000) : random.nextInt(LIMIT);
  }

  private NavigableSet<Integer> some() {
    return some(List.of(0, 1, 2, 300, 9_000).get(random.nextInt(5)));
  }

  private NavigableSet<Integer> some(int size) {
    TreeSet<Integer> items = new TreeSet<>();
    while (items.size() < size) {
      items.add(item());
    }
    return items;
  }

  private static ItemSet of(NavigableSet<Integer> items) {
    ItemSet set = ItemSet.NONE;
    for (int item : items) {
      set = set.with(item, true);
    }
    return set;
  }

  private void check(ItemSet set, NavigableSet<Integer> expected) {
    assertThat(set.size()).isEqualTo(expected.size());
    List<Integer> items = new ArrayList<>();
    int[] some = new int[1 + random.nextInt(300)];
    ItemSet.Cursor cursor = set.cursor();
    for (int n = cursor.next(some); n > 0; n = cursor.next(some)) {
      for (int i = 0; i < n; i++) {
        items.add(some[i]);
      }
    }
    assertThat(items).isEqualTo(List.copyOf(expected));
    assertThat(cursor.next(some)).isZero();
    for (int probe = 0; probe < 100; probe++) {
      int item = item();
      assertThat(set.contains(item)).isEqualTo(expected.contains(item));
      Integer below = expected.lower(item);
      assertThat(set.below(item)).isEqualTo(below == null ? -1 : below);
      if (!items.isEmpty()) {
        int rank = random.nextInt(items.size());
        assertThat(set.at(rank)).isEqualTo(items.get(rank));
      }
    }
    assertThat(set.below(0)).isEqualTo(-1);
    assertThat(set.below(Integer.MAX_VALUE)).isEqualTo(items.isEmpty() ? -1 : items.getLast());
  }
}
