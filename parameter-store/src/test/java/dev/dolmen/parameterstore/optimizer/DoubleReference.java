package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import java.util.Arrays;

/** The update rules in double precision, straight from their definitions, weight by weight. */
final class DoubleReference {
  final double[] weights;
  private final SparseOptimizerOptions options;
  private final double[] mean;
  private final double[] square;
  private final double[] largest;
  private final double[] z;
  private int steps;

  DoubleReference(SparseOptimizerOptions options, float[] weights) {
    this.options = options;
    int dim = weights.length;
    this.weights = new double[dim];
    mean = new double[dim];
    square = new double[dim];
    largest = new double[dim];
    z = new double[dim];
    for (int i = 0; i < dim; i++) {
      this.weights[i] = weights[i];
    }
    if (options.kind().name().contains("ADAGRAD") || options.kind().name().contains("FTRL")) {
      Arrays.fill(square, options.initialAccumulator());
    }
  }

  void step(float[] gradient, int offset) {
    int dim = weights.length;
    double[] g = new double[dim];
    double norm = 0;
    for (int i = 0; i < dim; i++) {
      g[i] = gradient[offset + i];
      norm += g[i] * g[i];
    }
    norm = Math.sqrt(norm);
    if (options.clipNorm() > 0 && norm > options.clipNorm()) {
      for (int i = 0; i < dim; i++) {
        g[i] *= options.clipNorm() / norm;
      }
    }
    steps++;
    if (options.kind() == Kind.FTRL || options.kind() == Kind.GROUP_FTRL) {
      ftrl(g);
      return;
    }
    double meanSquare = Arrays.stream(g).map(x -> x * x).sum() / dim;
    for (int i = 0; i < dim; i++) {
      double rate =
          options.learningRate() * Math.min(1, (double) steps / Math.max(1, options.warmUpSteps()));
      weights[i] -= rate * options.weightDecay() * weights[i];
      weights[i] -= rate * direction(i, g[i], meanSquare);
    }
  }

  private double direction(int i, double g, double meanSquare) {
    double beta1 = options.coefficients().momentum();
    double beta2 = options.coefficients().squareDecay();
    return switch (options.kind()) {
      case SGD -> g;
      case MOMENTUM -> {
        mean[i] = beta1 * mean[i] + g;
        yield mean[i];
      }
      case ADAGRAD -> {
        square[i] = remembered(square[i]) + g * g;
        yield g / (Math.sqrt(square[i]) + 1e-10);
      }
      case ROW_WISE_ADAGRAD -> {
        square[i] = remembered(square[i]) + meanSquare;
        yield g / (Math.sqrt(square[i]) + 1e-10);
      }
      case RMS_PROP -> {
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        yield g / (Math.sqrt(square[i]) + 1e-8);
      }
      case ADAM, AMS_GRAD -> {
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        largest[i] = Math.max(largest[i], square[i]);
        double v = options.kind() == Kind.ADAM ? square[i] : largest[i];
        double unbiased = mean[i] / (1 - Math.pow(beta1, steps));
        yield unbiased / (Math.sqrt(v / (1 - Math.pow(beta2, steps))) + 1e-8);
      }
      case FTRL, GROUP_FTRL -> throw new AssertionError(options.kind());
    };
  }

  /** What is left of an accumulator before a step. */
  private double remembered(double sum) {
    int halfLife = options.coefficients().accumulatorHalfLifeSteps();
    double above = sum - options.initialAccumulator();
    double kept = halfLife == 0 ? 1 : Math.pow(0.5, 1.0 / halfLife);
    return options.initialAccumulator() + kept * above;
  }

  /**
   * Each weight minimises {@code z * w + l1 * |w| + (sqrt(n) / r + l2) / 2 * w²} (McMahan et al.,
   * algorithm 1), with the group's norm added for the whole row.
   */
  private void ftrl(double[] g) {
    int dim = weights.length;
    double rate = options.learningRate();
    double l1 = options.coefficients().l1();
    double l2 = options.coefficients().l2();
    if (steps == 1) {
      startZ();
    }
    double[] u = new double[dim];
    double length = 0;
    for (int i = 0; i < dim; i++) {
      double sigma = (Math.sqrt(square[i] + g[i] * g[i]) - Math.sqrt(square[i])) / rate;
      z[i] += g[i] - sigma * weights[i];
      square[i] += g[i] * g[i];
      if (z[i] > l1) {
        u[i] = z[i] - l1;
      } else if (z[i] < -l1) {
        u[i] = z[i] + l1;
      }
      length += u[i] * u[i];
    }
    length = Math.sqrt(length);
    double group =
        options.kind() == Kind.GROUP_FTRL ? options.coefficients().groupL1() * Math.sqrt(dim) : 0;
    for (int i = 0; i < dim; i++) {
      weights[i] =
          length <= group ? 0 : -u[i] * (1 - group / length) / (Math.sqrt(square[i]) / rate + l2);
    }
  }

  private void startZ() {
    float[] first = new float[weights.length];
    float[] state = new float[2 * weights.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = (float) weights[i];
    }
    RowState.fill(options, first, state);
    for (int i = 0; i < first.length; i++) {
      z[i] = state[i];
    }
  }
}
