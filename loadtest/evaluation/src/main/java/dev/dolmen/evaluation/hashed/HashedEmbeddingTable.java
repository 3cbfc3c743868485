package dev.dolmen.evaluation.hashed;

import dev.dolmen.evaluation.table.ForwardingTable;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * What most systems do instead of a collisionless table: each slot has so many buckets, a fid is
 * hashed into one of them, and the fids of a bucket share its row, its occurrences and its noise.
 * For comparison only ({@code dolmen experiment collisions}; Monolith, section 2.1, is the point of
 * it): it allocates in every call.
 *
 * <p>Threads as for the table it stands before.
 */
public final class HashedEmbeddingTable extends ForwardingTable {
  private final long[] buckets;

  /**
   * @param buckets of each slot; 0 leaves every fid its own
   */
  public HashedEmbeddingTable(EmbeddingTable table, long[] buckets) {
    super(table);
    if (buckets.length != table.slots()) {
      throw new IllegalArgumentException(
          "buckets: of " + buckets.length + " slots, the table has " + table.slots());
    }
    for (long count : buckets) {
      if (count < 0) {
        throw new IllegalArgumentException("buckets: " + count + " is below 0");
      }
    }
    this.buckets = buckets.clone();
  }

  /** The bucket of a fid, or the fid itself where {@code buckets} is 0. */
  public static long bucket(long fid, long buckets) {
    return buckets == 0 || fid == Fids.OUT_OF_VOCABULARY
        ? fid
        : Long.remainderUnsigned(MixedBits.mix(fid + 1), buckets);
  }

  private long[] fold(int slot, long[] fids, int from, int n) {
    long[] folded = new long[n];
    for (int i = 0; i < n; i++) {
      folded[i] = bucket(fids[from + i], buckets[slot]);
    }
    return folded;
  }

  /** Where each folded fid stands among the distinct ones, in order of appearance. */
  private static int[] places(long[] folded, long[] distinct) {
    Long2LongHashMap placeOf = new Long2LongHashMap(-1);
    int[] places = new int[folded.length];
    for (int i = 0; i < folded.length; i++) {
      long place = placeOf.get(folded[i]);
      if (place < 0) {
        place = placeOf.size();
        placeOf.put(folded[i], place);
        distinct[(int) place] = folded[i];
      }
      places[i] = (int) place;
    }
    return places;
  }

  private static int distinct(int[] places) {
    return Arrays.stream(places).max().orElse(-1) + 1;
  }

  @Override
  public int gather(int slot, long[] fids, int from, int n, float[] out, int outOffset) {
    return super.gather(slot, fold(slot, fids, from, n), 0, n, out, outOffset);
  }

  @Override
  public boolean contains(int slot, long fid) {
    return super.contains(slot, bucket(fid, buckets[slot]));
  }

  @Override
  public int gatherForTraining(
      int slot,
      long[] fids,
      int[] occurrences,
      int from,
      int n,
      long eventTimeSec,
      float[] out,
      int outOffset) {
    long[] distinct = new long[n];
    int[] places = places(fold(slot, fids, from, n), distinct);
    int[] sums = new int[n];
    for (int i = 0; i < n; i++) {
      sums[places[i]] =
          (int) Math.min(Integer.MAX_VALUE, (long) sums[places[i]] + occurrences[from + i]);
    }
    int m = distinct(places);
    super.gatherForTraining(slot, distinct, sums, 0, m, eventTimeSec, new float[m * dim(slot)], 0);
    return gather(slot, fids, from, n, out, outOffset);
  }

  @Override
  public void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    long[] distinct = new long[n];
    int[] places = places(fold(slot, fids, from, n), distinct);
    int dim = dim(slot);
    float[] sums = new float[n * dim];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < dim; d++) {
        sums[places[i] * dim + d] += gradients[gradientsOffset + i * dim + d];
      }
    }
    super.applyGradients(slot, distinct, 0, distinct(places), sums, 0);
  }

  /** Of fids that share a row the last one counts. */
  @Override
  public int setWeights(int slot, long[] fids, int from, int n, float[] weights, int offset) {
    int dim = dim(slot);
    int set = 0;
    for (int i = 0; i < n; i++) {
      long[] one = fold(slot, fids, from + i, 1);
      set += super.setWeights(slot, one, 0, 1, weights, offset + i * dim);
    }
    return set;
  }
}
