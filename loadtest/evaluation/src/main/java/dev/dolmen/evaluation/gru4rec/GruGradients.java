package dev.dolmen.evaluation.gru4rec;

import java.util.Arrays;

/** Where a {@link GruCell} adds its gradients. */
final class GruGradients {
  /** As long as the cell's parameters. */
  final float[] parameters;

  /** Of the inputs, [n, D]. */
  final float[] input;

  GruGradients(int parameters, int input) {
    this.parameters = new float[parameters];
    this.input = new float[input];
  }

  void clear() {
    Arrays.fill(parameters, 0);
    Arrays.fill(input, 0);
  }
}
