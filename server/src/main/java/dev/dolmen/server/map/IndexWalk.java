package dev.dolmen.server.map;

/**
 * Goes through the indexes below a limit, each once, in an order in which the first ones lie all
 * over the range: each step is the golden ratio's part of it. One thread.
 */
final class IndexWalk {
  private static final double GOLDEN_PART = 0.6180339887498949;

  private final int limit;
  private final int step;
  private int gone;
  private int at;

  /**
   * @param limit one more than the highest index; of 0 there are none
   */
  IndexWalk(int limit) {
    this.limit = limit;
    int near = Math.max(1, (int) (limit * GOLDEN_PART));
    while (greatestCommonDivisor(near, limit) > 1) {
      near--; // 1 has no common divisor with anything.
    }
    step = near;
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  boolean hasNext() {
    return gone < limit;
  }

  /** The next index; only while there is one. */
  int next() {
    int index = at;
    gone++;
    at = (int) (((long) at + step) % limit);
    return index;
  }
}
