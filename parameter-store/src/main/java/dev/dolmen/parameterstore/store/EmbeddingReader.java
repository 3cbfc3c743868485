package dev.dolmen.parameterstore.store;

/**
 * Embedding rows of every slot, for those who read them: any thread, while the trainer's thread
 * writes. A reader never sees a torn row or a row of another fid.
 *
 * <p>A fid without a row of its own (never seen, below its slot's occurrence threshold, expired or
 * evicted) is represented by the slot's learned out-of-vocabulary row, which starts as zeros, plus
 * noise that is a function of (seed, slot, fid): it costs no memory, and two values that nobody has
 * learned yet are still told apart, so that an item that comes back is recognised. {@link
 * dev.dolmen.parameterstore.feature.Fids#OUT_OF_VOCABULARY} is the row without noise.
 */
public interface EmbeddingReader {
  /** Number of slots; slot arguments are 0 to {@code slots() - 1}. */
  int slots();

  /** Floats of weight in a row of {@code slot}. */
  int dim(int slot);

  /**
   * Copies the rows of {@code fids[from .. from + n - 1]} to {@code out}, row-major [n, dim], from
   * {@code outOffset} on.
   *
   * @return how many had a row of their own
   */
  int gather(int slot, long[] fids, int from, int n, float[] out, int outOffset);

  /** Whether {@code fid} has a row of its own. */
  boolean contains(int slot, long fid);

  /**
   * What is known of {@code fid} besides its weights: of a row of its own as of one moment, of one
   * that is to come about.
   */
  RowFacts facts(int slot, long fid);

  /** Figures of one slot. */
  SlotStatistics statistics(int slot);
}
