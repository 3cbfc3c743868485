package dev.dolmen.bench.table;

/**
 * Adagrad in a plain loop, as a peer's user would write it, on a row whose weights are followed by
 * its state. The same operations as the product's in the same order, so the bits are the same, too,
 * with one accumulator a weight; with one a row the sum of squares is added up in another order.
 */
record PlainAdagrad(int dim, boolean rowWise) {
  static final float LEARNING_RATE = 0.05f;
  static final float INITIAL_ACCUMULATOR = 0.1f;
  private static final float EPSILON = 1e-10f;

  /** Floats of weights and state. */
  int rowFloats() {
    return rowWise ? dim + 1 : 2 * dim;
  }

  /** A new row's weights and state. */
  void fill(float[] weights, int from, float[] row) {
    System.arraycopy(weights, from, row, 0, dim);
    for (int i = dim; i < row.length; i++) {
      row[i] = INITIAL_ACCUMULATOR;
    }
  }

  void step(float[] row, float[] gradients, int at) {
    if (rowWise) {
      stepByRow(row, gradients, at);
      return;
    }
    for (int i = 0; i < dim; i++) {
      float g = gradients[at + i];
      float square = row[dim + i] + g * g;
      row[dim + i] = square;
      row[i] -= LEARNING_RATE * g / ((float) Math.sqrt(square) + EPSILON);
    }
  }

  private void stepByRow(float[] row, float[] gradients, int at) {
    float sum = 0;
    for (int i = 0; i < dim; i++) {
      sum += gradients[at + i] * gradients[at + i];
    }
    row[dim] += sum / dim;
    float rate = LEARNING_RATE / ((float) Math.sqrt(row[dim]) + EPSILON);
    for (int i = 0; i < dim; i++) {
      row[i] -= rate * gradients[at + i];
    }
  }
}
