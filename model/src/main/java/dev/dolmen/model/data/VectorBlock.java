package dev.dolmen.model.data;

import java.util.Arrays;

/**
 * The vectors that several records bring along for one column, reused from batch to batch. Owned by
 * one thread.
 */
public final class VectorBlock {
  /** Numbers of a vector; fixed. */
  public final int dimension;

  /** Row-major [records, dimension], zeros for a record without a vector; may be longer. */
  public float[] numbers = new float[0];

  /** Whether a record has a vector, [records] or longer. */
  public boolean[] present = new boolean[0];

  VectorBlock(int dimension) {
    this.dimension = dimension;
  }

  /**
   * Makes room for a record, which has no vector until one is written at {@code record * dimension}
   * and {@link #present} says so.
   */
  public void add(int record) {
    int end = Math.multiplyExact(record + 1, dimension);
    if (numbers.length < end) {
      numbers = Arrays.copyOf(numbers, (int) Math.min(2L * end, Integer.MAX_VALUE - 8));
      present = Arrays.copyOf(present, numbers.length / dimension);
    }
    Arrays.fill(numbers, end - dimension, end, 0);
    present[record] = false;
  }
}
