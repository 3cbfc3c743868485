package dev.dolmen.model.item;

import dev.dolmen.model.kernel.KernelScratch;

/**
 * The vectors of all items by index, for those who read them: any thread, without a lock, while the
 * training thread writes. {@link ItemVectors} says what a reader sees of a vector that is being
 * replaced.
 */
public interface ItemVectorReader {
  /** What {@link #upperBounds} reads. */
  ScanPrecision precision();

  /** D. */
  int width();

  /** One more than the highest index ever written. */
  int size();

  /** Items present. */
  int present();

  /** What {@link #scores} adds to the dot product with an item. */
  float bias(int index);

  /** Whether there is a vector at {@code index}; any index of 0 or more may be asked for. */
  boolean contains(int index);

  /** Copies one vector, [D]; false and nothing written if absent. */
  boolean get(int index, float[] out, int offset);

  /**
   * Scores of the items {@code from} to {@code to - 1} for one query: dot product and bias.
   *
   * @param query [D] from {@code queryOffset}
   * @param from a multiple of {@link ItemVectors#ALIGNMENT}
   * @param out overwritten, [to - from] and up to the next multiple of {@link
   *     ItemVectors#ALIGNMENT}; negative infinity for absent items
   * @throws IllegalArgumentException if {@code from} is not a multiple of the alignment
   */
  void scores(float[] query, int queryOffset, int from, int to, float[] out, int outOffset);

  /**
   * Scores of the items {@code from} to {@code to - 1} for several queries, which share the pass
   * over the items.
   *
   * @param queries [count, D] from {@code queryOffset}
   * @param from a multiple of {@link ItemVectors#ALIGNMENT}
   * @param out overwritten, [count, outStride] from {@code outOffset}, in each row as much as for
   *     one query
   * @param outStride at least {@code ItemVectors.aligned(to - from)}
   * @param scratch of the calling thread
   * @throws IllegalArgumentException if {@code from} is not a multiple of the alignment
   */
  void scores(
      float[] queries,
      int queryOffset,
      int count,
      int from,
      int to,
      float[] out,
      int outOffset,
      int outStride,
      KernelScratch scratch);

  /**
   * Dot products without bias of the items {@code from} to {@code to - 1} with one query: cosines
   * if the query has length 1. Otherwise like {@link #scores}.
   */
  void dotProducts(float[] query, int queryOffset, int from, int to, float[] out, int outOffset);

  /**
   * What {@link #scores}, or {@link #dotProducts}, are at most, from numbers of {@link #precision}:
   * above them by no more than twice what rounding may have done. With fp32 the scores themselves.
   * An item that is being replaced may be bounded by what it was.
   *
   * @param queries [count, D] from {@code queryOffset}
   * @param biased whether the items' biases are added
   * @param out overwritten like that of {@link #scores}
   * @param scratch of the calling thread
   */
  void upperBounds(
      float[] queries,
      int queryOffset,
      int count,
      boolean biased,
      int from,
      int to,
      float[] out,
      int outOffset,
      int outStride,
      KernelScratch scratch);

  /** Whether items can be bounded one by one: {@link #upperBounds}. */
  boolean hasRows();

  /**
   * What the scores of some items are at most: like the other bounds, for items that stand
   * anywhere, at a few nanoseconds each.
   *
   * @param query [D] from index 0
   * @param items indexes from {@code from} to {@code to - 1}, of 0 or more
   * @param out overwritten from index 0, [to - from]; negative infinity for absent items
   * @throws IllegalStateException if there are no rows
   */
  void upperBounds(float[] query, int[] items, int from, int to, float[] out);

  /**
   * Lays the rows of some items one after another once more, for {@link #upperBounds(float[],
   * ArrangedRows, int, int, float[])} to read memory as it lies. They follow what is written until
   * they are arranged anew. One thread at a time, which may be another than the writer's.
   *
   * @param items indexes, each once; that of place i gets row i
   * @param check asked every some microseconds; what it throws leaves all as it was
   * @throws IllegalStateException if there are no rows
   */
  ArrangedRows arrange(int[] items, Runnable check);

  /**
   * What the scores of items whose rows stand one after another are at most: as of others, at a
   * part of the price where there are so many that they lie in no cache.
   *
   * @param query [D] from index 0
   * @param from the first row
   * @param to behind the last, of those that were asked for
   * @param out overwritten from index 0, [to - from]; negative infinity for absent items
   */
  void upperBounds(float[] query, ArrangedRows arranged, int from, int to, float[] out);

  /** How often an item has appeared: got a vector while it had none. */
  long appearances();

  /**
   * The item of an appearance.
   *
   * @param number of the last {@link ItemVectors#APPEARANCES}, counted from 0; of one before, some
   *     item
   */
  int appeared(long number);

  /**
   * Makes {@code copy} what this is as of now: vectors, biases, and what is absent. The writer's
   * thread, or any while nothing is written; nobody reads the copy meanwhile.
   *
   * @throws IllegalArgumentException if widths differ, or the copy is not of fp32 or keeps rows
   */
  void copyTo(ItemVectors copy);
}
