package dev.dolmen.model.layer;

import java.util.Arrays;

/** Arrays that grow to what is needed and are used again. */
public final class Floats {
  private Floats() {}

  /**
   * An array of at least {@code length}: the given one if it is long enough; contents undefined.
   */
  public static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[Math.max(length, grown(array.length))];
  }

  /** Like {@link #atLeast}, with the first {@code length} numbers set to 0. */
  public static float[] zeros(float[] array, int length) {
    if (array.length >= length) {
      Arrays.fill(array, 0, length, 0);
      return array;
    }
    return new float[Math.max(length, grown(array.length))];
  }

  /** Like {@link #atLeast}, with the contents kept. */
  public static float[] longer(float[] array, int length) {
    return array.length >= length
        ? array
        : Arrays.copyOf(array, Math.max(length, grown(array.length)));
  }

  private static int grown(int length) {
    return (int) Math.min(Integer.MAX_VALUE - 8L, length + (long) (length >> 1));
  }
}
