package dev.dolmen.parameterstore.feature;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Gives equal arrays one object, as far as it remembers them: most items of a catalog have as many
 * entries in each column as others, and weights that follow from that. Any thread; what is written
 * at the same moment is forgotten, which only costs memory.
 */
final class SharedArrays {
  /** Of each kind at most, a power of 2. */
  private static final int KEPT = 4_096;

  private final AtomicReferenceArray<int[]> starts = new AtomicReferenceArray<>(KEPT);
  private final AtomicReferenceArray<float[]> weights = new AtomicReferenceArray<>(KEPT);

  /** An array that is equal; nobody writes to either any more. */
  int[] starts(int[] of) {
    int at = Arrays.hashCode(of) & (KEPT - 1);
    int[] known = starts.getAcquire(at);
    if (known != null && Arrays.equals(known, of)) {
      return known;
    }
    starts.setRelease(at, of);
    return of;
  }

  /** The same for weights. */
  float[] weights(float[] of) {
    int at = Arrays.hashCode(of) & (KEPT - 1);
    float[] known = weights.getAcquire(at);
    if (known != null && Arrays.equals(known, of)) {
      return known;
    }
    weights.setRelease(at, of);
    return of;
  }
}
