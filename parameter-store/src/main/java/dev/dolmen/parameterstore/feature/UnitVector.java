package dev.dolmen.parameterstore.feature;

/**
 * Vectors of length 1 in bfloat16, the high half of a float: two bytes a number, which costs a
 * cosine no more than about 2⁻⁸, and half of what floats would take beside a catalogue of millions.
 */
public final class UnitVector {
  /**
   * By how much the squared length of a vector may be off 1 that is kept as it is: rounding does at
   * most half of it. What was packed once is so the same when it is packed again.
   */
  private static final double ROUNDED = 1.0 / 32;

  private static final int LOW_HALF = 0xffff;

  private UnitVector() {}

  /**
   * Brings finite numbers, not all 0, to length 1. Numbers that are of that length and bfloat16
   * already stay as they are, so that a vector does not change on its way through an answer, a
   * snapshot or a patch.
   */
  static short[] pack(float[] numbers) {
    double squares = 0;
    int low = 0;
    for (float number : numbers) {
      squares += (double) number * number;
      low |= Float.floatToRawIntBits(number);
    }
    boolean packed = (low & LOW_HALF) == 0 && Math.abs(squares - 1) < ROUNDED;
    double scale = packed ? 1 : 1 / Math.sqrt(squares);
    short[] halves = new short[numbers.length];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = half((float) (numbers[i] * scale));
    }
    return halves;
  }

  /** To the nearest, ties to the even one. */
  private static short half(float number) {
    int bits = Float.floatToRawIntBits(number);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The float that a half stands for. */
  public static float number(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /**
   * The floats that halves stand for.
   *
   * @param out overwritten from {@code offset}, as many as halves
   */
  public static void unpack(short[] halves, float[] out, int offset) {
    for (int i = 0; i < halves.length; i++) {
      out[offset + i] = number(halves[i]);
    }
  }
}
