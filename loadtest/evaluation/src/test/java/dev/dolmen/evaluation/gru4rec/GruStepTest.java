package dev.dolmen.evaluation.gru4rec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of a step against central differences of its loss, written down again in double. */
class GruStepTest {
  private static final int D = 5;
  private static final int ROWS = 3;
  private static final int V = 7;
  private static final double REGULARIZATION = 0.7;
  private static final double H = 1e-5;

  private final SplittableRandom random = new SplittableRandom(3);

  private GruStep filled(GruLoss kind) {
    GruStep step = new GruStep(D, ROWS, V, new NextItemLoss(kind, REGULARIZATION));
    fill(step.inputs, 1);
    fill(step.before, 1);
    fill(step.candidates, 1);
    fill(step.biases, 0.5);
    fill(step.corrections, kind == GruLoss.CROSS_ENTROPY ? 1 : 0);
    mask(step.inputMask);
    mask(step.outputMask);
    // Two rows with the same target.
    step.targets[0] = 4;
    step.targets[1] = 0;
    step.targets[2] = 4;
    return step;
  }

  private void fill(float[] x, double range) {
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (range * (2 * random.nextDouble() - 1));
    }
  }

  private void mask(float[] mask) {
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextInt(4) == 0 ? 0 : 1.25f;
    }
  }

  @ParameterizedTest
  @EnumSource(GruLoss.class)
  void gradientsAreTheSlopesOfTheLoss(GruLoss kind) {
    GruStep step = filled(kind);
    float[] parameters = new GruCell(D, ROWS).start(random);
    fill(parameters, 0.8);
    double[] p = doubles(parameters);
    double[] x = doubles(step.inputs);
    double[] e = doubles(step.candidates);
    double[] b = doubles(step.biases);
    double loss = step.forwardBackward(ROWS, V, parameters);
    assertThat(loss).isCloseTo(loss(kind, step, p, x, e, b), within(1e-5));
    compare("parameter", step.gradients.parameters, p, () -> loss(kind, step, p, x, e, b));
    compare("input", step.gradients.input, x, () -> loss(kind, step, p, x, e, b));
    compare("candidate", step.dCandidates, e, () -> loss(kind, step, p, x, e, b));
    compare("bias", step.dBiases, b, () -> loss(kind, step, p, x, e, b));
  }

  private interface Loss {
    double value();
  }

  private static void compare(String what, float[] gradient, double[] of, Loss loss) {
    assertThat(gradient).hasSize(of.length);
    for (int i = 0; i < of.length; i++) {
      double kept = of[i];
      of[i] = kept + H;
      double above = loss.value();
      of[i] = kept - H;
      double below = loss.value();
      of[i] = kept;
      assertThat((double) gradient[i])
          .as("%s %d", what, i)
          .isCloseTo((above - below) / (2 * H), within(2e-5));
    }
  }

  private static double[] doubles(float[] x) {
    double[] y = new double[x.length];
    Arrays.setAll(y, i -> x[i]);
    return y;
  }

  private static double loss(
      GruLoss kind, GruStep step, double[] p, double[] x, double[] e, double[] b) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] state = state(step, p, x, row);
      double[] r = new double[V];
      for (int v = 0; v < V; v++) {
        r[v] = b[v] - step.corrections[v];
        for (int i = 0; i < D; i++) {
          r[v] += state[i] * step.outputMask[row * D + i] * e[v * D + i];
        }
      }
      int target = step.targets[row];
      sum += kind == GruLoss.BPR_MAX ? bprMax(r, target) : crossEntropy(r, target);
    }
    return sum / ROWS;
  }

  private static double[] state(GruStep step, double[] p, double[] x, int row) {
    double[] h = new double[D];
    double[] in = new double[D];
    for (int i = 0; i < D; i++) {
      h[i] = step.before[row * D + i];
      in[i] = x[row * D + i] * step.inputMask[row * D + i];
    }
    double[] z = new double[D];
    double[] gated = new double[D];
    for (int i = 0; i < D; i++) {
      z[i] = sigmoid(gate(p, in, h, i));
      gated[i] = h[i] * sigmoid(gate(p, in, h, D + i));
    }
    double[] next = new double[D];
    for (int i = 0; i < D; i++) {
      next[i] = (1 - z[i]) * h[i] + z[i] * Math.tanh(gate(p, in, gated, 2 * D + i));
    }
    return next;
  }

  private static double gate(double[] p, double[] x, double[] h, int column) {
    double sum = p[6 * D * D + column];
    for (int i = 0; i < D; i++) {
      sum += x[i] * p[i * 3 * D + column] + h[i] * p[(D + i) * 3 * D + column];
    }
    return sum;
  }

  private static double crossEntropy(double[] r, int target) {
    return Math.log(Arrays.stream(r).map(Math::exp).sum()) - r[target];
  }

  private static double bprMax(double[] r, int target) {
    double all = Arrays.stream(r).map(Math::exp).sum() - Math.exp(r[target]);
    double better = 0;
    double squares = 0;
    for (int v = 0; v < V; v++) {
      double share = v == target ? 0 : Math.exp(r[v]) / all;
      better += share * sigmoid(r[target] - r[v]);
      squares += share * r[v] * r[v];
    }
    return -Math.log(better) + REGULARIZATION * squares;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
