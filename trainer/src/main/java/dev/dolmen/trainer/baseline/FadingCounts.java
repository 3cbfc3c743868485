package dev.dolmen.trainer.baseline;

import java.util.Arrays;

/** How often each item was seen, each sight weighing less with its age. Grows with the items. */
public final class FadingCounts {
  private final ForwardDecay decay;
  private float[] counts = new float[0];
  private int[] epochs = new int[0];
  private int size;

  public FadingCounts(ForwardDecay decay) {
    this.decay = decay;
  }

  /** Adds a weight as of the last click. */
  public void add(int item, float weight) {
    if (item >= counts.length) {
      int length = Math.max(item + 1, counts.length + (counts.length >> 1));
      counts = Arrays.copyOf(counts, length);
      epochs = Arrays.copyOf(epochs, length);
    }
    size = Math.max(size, item + 1);
    counts[item] = stored(item) + weight * decay.growth();
    epochs[item] = decay.epoch();
  }

  /** As {@link ServedRecommender#renumber}. */
  public void renumber(int[] numbers) {
    int before = size;
    size = 0;
    for (int item = 0; item < before; item++) {
      if (numbers[item] >= 0) {
        size = numbers[item] + 1;
        counts[size - 1] = counts[item];
        epochs[size - 1] = epochs[item];
      }
    }
    Arrays.fill(counts, size, before, 0);
  }

  public long memoryBytes() {
    return 8L * counts.length;
  }

  /** One more than the largest item. */
  public int size() {
    return size;
  }

  /** An item's count, in units of the decay's present epoch; 0 for one never seen. */
  public float stored(int item) {
    return item < size ? counts[item] * decay.since(epochs[item]) : 0;
  }
}
