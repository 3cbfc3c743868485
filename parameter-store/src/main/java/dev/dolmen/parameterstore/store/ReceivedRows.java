package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Weights of another process' table, as far as they have been received: what it represents a fid by
 * is to the bit what the table would. One thread writes, any may read; a reader sees a row as it
 * was or as it is, never half of each.
 */
public final class ReceivedRows implements EmbeddingReader {
  /** Of the heap, of a row's entry besides its weights. */
  private static final int ENTRY_BYTES = 88;

  private final List<Slot> slots = new ArrayList<>();

  /** One slot: rows by fid, the out-of-vocabulary row apart, as every other fid needs it. */
  private static final class Slot {
    final int number;
    final long seed;
    final RowOptions options;
    final int dim;
    final WeightCodec codec;
    final ConcurrentHashMap<Long, float[]> rows = new ConcurrentHashMap<>();
    volatile float[] outOfVocabulary;

    Slot(int number, RowOptions options, long seed) {
      this.number = number;
      this.options = options;
      this.seed = seed;
      dim = options.dim();
      codec = new WeightCodec(options.storage(), dim);
      outOfVocabulary = new float[dim];
    }

    boolean read(long fid, float[] out, int at) {
      float[] row = rows.get(fid);
      if (row != null) {
        System.arraycopy(row, 0, out, at, dim);
        return true;
      }
      System.arraycopy(outOfVocabulary, 0, out, at, dim);
      if (fid != Fids.OUT_OF_VOCABULARY) {
        long start = SeededBits.rowSeed(seed, number, fid);
        SeededBits.addNoise(start, options.segments(), out, at);
        codec.round(out, at);
      }
      return false;
    }
  }

  /**
   * Nothing has been received.
   *
   * @param seed of the table
   */
  public ReceivedRows(Schema schema, long seed) {
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      slots.add(new Slot(slot, schema.slots().get(slot).rows(), seed));
    }
  }

  /**
   * Takes a row's weights.
   *
   * @param fid of the row, or {@link Fids#OUT_OF_VOCABULARY}
   * @param weights as many as a row has; not changed any more
   * @throws IllegalArgumentException if there are more or fewer
   */
  public void put(int slot, long fid, float[] weights) {
    Slot to = slots.get(slot);
    if (weights.length != to.dim) {
      throw new IllegalArgumentException(
          "slot " + slot + ": a row of " + weights.length + " floats, expected " + to.dim);
    }
    if (fid == Fids.OUT_OF_VOCABULARY) {
      to.outOfVocabulary = weights;
    } else {
      to.rows.put(fid, weights);
    }
  }

  /** The fid has no row any more. */
  public void remove(int slot, long fid) {
    slots.get(slot).rows.remove(fid);
  }

  /** Forgets everything. */
  public void clear() {
    for (Slot slot : slots) {
      slot.rows.clear();
      slot.outOfVocabulary = new float[slot.dim];
    }
  }

  @Override
  public int slots() {
    return slots.size();
  }

  @Override
  public int dim(int slot) {
    return slots.get(slot).dim;
  }

  @Override
  public int gather(int slot, long[] fids, int from, int n, float[] out, int outOffset) {
    Slot of = slots.get(slot);
    BatchBounds.check(fids, from, n, out, outOffset, of.dim);
    int own = 0;
    for (int i = 0; i < n; i++) {
      own += of.read(fids[from + i], out, outOffset + i * of.dim) ? 1 : 0;
    }
    return own;
  }

  @Override
  public boolean contains(int slot, long fid) {
    return slots.get(slot).rows.containsKey(fid);
  }

  /** Weights are all that is received. */
  @Override
  public RowFacts facts(int slot, long fid) {
    return RowFacts.weightsAlone(contains(slot, fid));
  }

  @Override
  public SlotStatistics statistics(int slot) {
    Slot of = slots.get(slot);
    long rows = of.rows.size();
    long rowBytes = ENTRY_BYTES + (long) Float.BYTES * of.dim;
    long bytes = rows * rowBytes;
    return new SlotStatistics(
        rows, rowBytes, bytes, 0, 0, 0, 0, 0, 0, 0, of.options.maxRows(), 0, bytes, 0, 0, 0);
  }
}
