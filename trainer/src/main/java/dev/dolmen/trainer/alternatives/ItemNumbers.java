package dev.dolmen.trainer.alternatives;

import java.util.Arrays;

/**
 * Numbers of items, given with the first click. The catalogue's index will not do: it goes to
 * another item after a deletion, of which a baseline must not think what it learned of the first.
 * So a deleted item keeps its number, which then leads nowhere, until so many have gathered that
 * all are given again: at most as many are in use as twice the items alive and {@value #SPARE}
 * more.
 */
final class ItemNumbers {
  /** Of an item that was never clicked; larger than any number. */
  static final int NONE = Integer.MAX_VALUE;

  /** Numbers of deleted items that may gather in any case. */
  static final int SPARE = 65_536;

  /** Number + 1 by catalogue index, 0 for none. */
  private int[] byIndex = new int[1_024];

  /** Catalogue index by number, -1 for a deleted item. */
  private int[] indexes = new int[1_024];

  private int size;
  private int dead;

  /** The item's number, or {@link #NONE}. */
  int of(int index) {
    int known = index < byIndex.length ? byIndex[index] : 0;
    return known == 0 ? NONE : known - 1;
  }

  /** The item's number, a new one if it has none. */
  int claim(int index) {
    if (index >= byIndex.length) {
      byIndex = Arrays.copyOf(byIndex, Math.max(index + 1, byIndex.length + byIndex.length / 2));
    }
    if (byIndex[index] == 0) {
      if (size == indexes.length) {
        indexes = Arrays.copyOf(indexes, size + size / 2);
      }
      indexes[size] = index;
      byIndex[index] = ++size;
    }
    return byIndex[index] - 1;
  }

  /** Catalogue index of a number, or -1. */
  int index(int number) {
    return number < size ? indexes[number] : -1;
  }

  /** The item was deleted. */
  void retire(int index) {
    int number = of(index);
    if (number != NONE) {
      byIndex[index] = 0;
      indexes[number] = -1;
      dead++;
    }
  }

  /** Whether so many numbers lead nowhere that all should be given again. */
  boolean crowded() {
    return dead > size - dead + SPARE;
  }

  /**
   * Gives all numbers again; returns the new ones by the old ones, -1 for those that lead nowhere.
   */
  int[] renumber() {
    int[] numbers = new int[size];
    int kept = 0;
    for (int number = 0; number < size; number++) {
      int index = indexes[number];
      numbers[number] = index < 0 ? -1 : kept;
      if (index >= 0) {
        indexes[kept++] = index;
        byIndex[index] = kept;
      }
    }
    size = kept;
    dead = 0;
    return numbers;
  }
}
