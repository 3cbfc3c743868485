package dev.dolmen.trainer.baseline;

import java.util.Arrays;

/**
 * For each item a bounded list of others with weights that fade. When a list is full, the lightest
 * makes room for a newcomer, which starts from nothing; the first of several lightest goes.
 */
final class FadingNeighbors {
  private static final int FIRST_LENGTH = 4;
  private static final int[] NO_ITEMS = new int[0];
  private static final float[] NO_WEIGHTS = new float[0];

  private final ForwardDecay decay;
  private final int capacity;
  private int[][] items = new int[0][];
  private float[][] weights = new float[0][];
  private int[] sizes = new int[0];
  private int[] epochs = new int[0];

  /** Neighbours that there is room for. */
  private long room;

  FadingNeighbors(ForwardDecay decay, int capacity) {
    this.decay = decay;
    this.capacity = capacity;
  }

  /** Adds a weight, as of the last click, to what {@code of} has with {@code other}. */
  void add(int of, int other, float weight) {
    reserve(of);
    bringUpToDate(of);
    int at = find(of, other);
    if (at == sizes[of]) {
      at = place(of);
      items[of][at] = other;
      weights[of][at] = 0;
    }
    weights[of][at] += weight * decay.growth();
  }

  private int find(int of, int other) {
    int[] list = items[of];
    int size = sizes[of];
    int at = 0;
    while (at < size && list[at] != other) {
      at++;
    }
    return at;
  }

  private int place(int of) {
    int size = sizes[of];
    if (size == capacity) {
      return lightest(weights[of]);
    }
    if (size == items[of].length) {
      int length = Math.min(capacity, Math.max(FIRST_LENGTH, 2 * size));
      room += length - size;
      items[of] = Arrays.copyOf(items[of], length);
      weights[of] = Arrays.copyOf(weights[of], length);
    }
    sizes[of]++;
    return size;
  }

  private static int lightest(float[] weights) {
    int lightest = 0;
    for (int i = 1; i < weights.length; i++) {
      if (weights[i] < weights[lightest]) {
        lightest = i;
      }
    }
    return lightest;
  }

  private void reserve(int item) {
    int length = items.length;
    if (item < length) {
      return;
    }
    int more = Math.max(item + 1, length + (length >> 1));
    items = Arrays.copyOf(items, more);
    weights = Arrays.copyOf(weights, more);
    Arrays.fill(items, length, more, NO_ITEMS);
    Arrays.fill(weights, length, more, NO_WEIGHTS);
    sizes = Arrays.copyOf(sizes, more);
    epochs = Arrays.copyOf(epochs, more);
  }

  private void bringUpToDate(int of) {
    float since = decay.since(epochs[of]);
    if (since != 1) {
      for (int i = 0; i < sizes[of]; i++) {
        weights[of][i] *= since;
      }
    }
    epochs[of] = decay.epoch();
  }

  /** As {@link ServedRecommender#renumber}. */
  void renumber(int[] numbers) {
    int kept = 0;
    for (int item = 0; item < Math.min(items.length, numbers.length); item++) {
      if (numbers[item] < 0) {
        room -= items[item].length;
        continue;
      }
      kept = numbers[item] + 1;
      sizes[kept - 1] = renumberList(item, numbers);
      items[kept - 1] = items[item];
      weights[kept - 1] = weights[item];
      epochs[kept - 1] = epochs[item];
    }
    Arrays.fill(items, kept, items.length, NO_ITEMS);
    Arrays.fill(weights, kept, weights.length, NO_WEIGHTS);
    Arrays.fill(sizes, kept, sizes.length, 0);
  }

  private int renumberList(int of, int[] numbers) {
    int[] list = items[of];
    int kept = 0;
    for (int i = 0; i < sizes[of]; i++) {
      int number = numbers[list[i]];
      if (number >= 0) {
        list[kept] = number;
        weights[of][kept++] = weights[of][i];
      }
    }
    return kept;
  }

  long memoryBytes() {
    return 8 * room + 48L * items.length;
  }

  /** Number of an item's neighbours. */
  int size(int of) {
    return of < sizes.length ? sizes[of] : 0;
  }

  /** The neighbour at a place. */
  int item(int of, int place) {
    return items[of][place];
  }

  /** Its weight in the units of {@link #epochFactor}. */
  float weight(int of, int place) {
    return weights[of][place];
  }

  /** What an item's weights are multiplied with to be in units of the decay's present epoch. */
  float epochFactor(int of) {
    return decay.since(epochs[of]);
  }
}
