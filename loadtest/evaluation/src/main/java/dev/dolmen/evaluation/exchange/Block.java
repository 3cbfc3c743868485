package dev.dolmen.evaluation.exchange;

/** Changes of the same numbers by some contributions: of a row, or of the dense parameters. */
final class Block {
  /** Slot of dense parameters. */
  static final int DENSE = -1;

  int slot = DENSE;

  /** Numbers in each change. */
  int length;

  /** Contributions that changed them. */
  int n;

  /** Which these are. */
  final int[] who;

  /** Their arrays, and where in them the change begins. */
  final float[][] from;

  final int[] at;

  /**
   * @param contributions at most
   */
  Block(int contributions) {
    who = new int[contributions];
    from = new float[contributions][];
    at = new int[contributions];
  }

  void add(int contribution, float[] numbers, int offset) {
    who[n] = contribution;
    from[n] = numbers;
    at[n++] = offset;
  }

  float value(int i, int number) {
    return from[i][at[i] + number];
  }

  double dot(int i, int j) {
    double sum = 0;
    for (int d = 0; d < length; d++) {
      sum += (double) value(i, d) * value(j, d);
    }
    return sum;
  }
}
