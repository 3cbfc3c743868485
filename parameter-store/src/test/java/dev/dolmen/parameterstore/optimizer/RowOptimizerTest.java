package dev.dolmen.parameterstore.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowOptimizerTest {
  private static final Coefficients REGULARISED =
      new Coefficients(0.8f, 0.99f, 0.4f, 0.1f, 0.3f, 40);

  /** 1,000 random steps against the rules written down in double precision. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void agreesWithDoublePrecision(Kind kind) {
    for (int dim : new int[] {1, 7, 8, 13, 64}) {
      for (SparseOptimizerOptions options : variants(kind)) {
        compareWithDouble(options, dim);
      }
    }
  }

  private static void compareWithDouble(SparseOptimizerOptions options, int dim) {
    ScalarRowOptimizer optimizer = new ScalarRowOptimizer(options);
    SplittableRandom random = new SplittableRandom(dim);
    float[] weights = weights(dim, random);
    float[] state = new float[RowState.floats(options.kind(), dim)];
    RowState.fill(options, weights, state);
    DoubleReference reference = new DoubleReference(options, weights);
    float[] gradient = new float[dim + 3];
    for (int step = 0; step < 1_000; step++) {
      fill(gradient, random);
      optimizer.at(step + 1);
      assertThat(optimizer.step(weights, state, gradient, 3)).isTrue();
      reference.step(gradient, 3);
    }
    for (int i = 0; i < dim; i++) {
      assertThat((double) weights[i])
          .as("%s dim %d weight %d", options, dim, i)
          .isCloseTo(reference.weights[i], within(5e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void vectorsAgreeWithScalarsBitForBit(Kind kind) {
    for (int dim : new int[] {1, 2, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 64, 207}) {
      for (SparseOptimizerOptions options : variants(kind)) {
        compareWithScalar(options, dim);
      }
    }
  }

  private static void compareWithScalar(SparseOptimizerOptions options, int dim) {
    int stateFloats = RowState.floats(options.kind(), dim);
    SplittableRandom random = new SplittableRandom(dim);
    float[] weights = weights(dim, random);
    float[] state = new float[stateFloats];
    RowState.fill(options, weights, state);
    try (Arena arena = Arena.ofConfined()) {
      // A canary behind the row: whatever a step writes beyond it shows.
      long address = arena.allocate(4L * (dim + stateFloats + 16), 8).address();
      long canary = address + 4L * (dim + stateFloats);
      NativeMemory.putFloats(address, weights);
      NativeMemory.putFloats(address + 4L * dim, state);
      NativeMemory.putFloat(canary, 7);
      ScalarRowOptimizer scalar = new ScalarRowOptimizer(options);
      VectorRowOptimizer vector = new VectorRowOptimizer(options, dim);
      float[] gradient = new float[dim + 3];
      for (int step = 0; step < 30; step++) {
        fill(gradient, random);
        if (step % 10 == 9) {
          gradient[3 + random.nextInt(dim)] = Float.POSITIVE_INFINITY;
        }
        scalar.at(step + 1);
        vector.at(step + 1);
        assertThat(vector.step(address, address + 4L * dim, gradient, 3))
            .isEqualTo(scalar.step(weights, state, gradient, 3));
        float[] found = new float[dim + stateFloats];
        NativeMemory.copyFloats(address, found, 0, found.length);
        float[] expected = new float[dim + stateFloats];
        System.arraycopy(weights, 0, expected, 0, dim);
        System.arraycopy(state, 0, expected, dim, stateFloats);
        assertThat(found).as("%s dim %d step %d", options, dim, step).isEqualTo(expected);
        assertThat(NativeMemory.getFloat(canary)).isEqualTo(7);
      }
    }
  }

  /** However old a row is, a step in a new direction goes as far as a row's of a few half-lives. */
  @ParameterizedTest
  @EnumSource(names = {"ADAGRAD", "ROW_WISE_ADAGRAD"})
  void stepsOfAnAccumulatorThatForgetsDoNotShortenForEver(Kind kind) {
    float young = lastStep(kind, 40, 400);
    assertThat(lastStep(kind, 40, 100_000)).isCloseTo(young, within(0.01f * young));
    assertThat(lastStep(kind, 0, 100_000)).isLessThan(0.1f * young);
    // rate * g / sqrt(g² / (1 - h)) in the end.
    double kept = Math.pow(0.5, 1.0 / 40);
    assertThat((double) young).isCloseTo(0.05 * Math.sqrt(1 - kept), within(0.01 * young));
  }

  /** How far the last of many like steps moves a weight. */
  private static float lastStep(Kind kind, int halfLife, int steps) {
    Coefficients coefficients = new Coefficients(0, 0, 0, 0, 0, halfLife);
    ScalarRowOptimizer optimizer =
        new ScalarRowOptimizer(
            new SparseOptimizerOptions(kind, 0.05f, 0.1f, 0, 0, coefficients, 0));
    float[] weights = new float[3];
    float[] state = new float[RowState.floats(kind, 3)];
    Arrays.fill(state, 0.1f);
    for (int step = 1; step < steps; step++) {
      optimizer.step(weights, state, new float[] {1, 1, 1}, 0);
    }
    Arrays.fill(weights, 0);
    optimizer.step(weights, state, new float[] {1, 1, 1}, 0);
    return -weights[0];
  }

  /** A row that hardly moves for long is then as calm as a new one, and no less. */
  @Test
  void whatAnAccumulatorBeganWithIsNotForgotten() {
    SparseOptimizerOptions options =
        new SparseOptimizerOptions(
            Kind.ROW_WISE_ADAGRAD, 0.05f, 0.1f, 0, 0, new Coefficients(0, 0, 0, 0, 0, 10), 0);
    float[] state = {0.1f};
    ScalarRowOptimizer optimizer = new ScalarRowOptimizer(options);
    optimizer.step(new float[1], state, new float[] {3}, 0);
    for (int step = 0; step < 1_000; step++) {
      optimizer.step(new float[1], state, new float[] {0}, 0);
    }
    assertThat(state[0]).isCloseTo(0.1f, within(1e-6f));
  }

  /**
   * With l1 above 0 the sign decides: a positive z gives a negative weight that is nearer to 0 than
   * without l1. Public code that subtracts sign(z) * l1 from -z gets it larger instead.
   */
  @Test
  void ftrlShrinksTowardsZeroWhateverTheSign() {
    for (float sign : new float[] {1, -1}) {
      float plain = ftrlWeight(0, 2 * sign);
      float shrunk = ftrlWeight(0.5f, 2 * sign);
      // n = 4, sqrt(n) / r = 4: w = -(z - sign(z) * l1) / 4.
      assertThat(plain).isEqualTo(-sign * 0.5f);
      assertThat(shrunk).isEqualTo(-sign * 0.375f);
      assertThat(ftrlWeight(2, 2 * sign)).isZero();
      assertThat(ftrlWeight(3, 2 * sign)).isZero();
    }
  }

  private static float ftrlWeight(float l1, float gradient) {
    SparseOptimizerOptions options =
        new SparseOptimizerOptions(Kind.FTRL, 0.5f, 0, 0, 0, new Coefficients(0, 0, l1, 0, 0, 0));
    float[] weights = {0};
    float[] state = {0, 0};
    new ScalarRowOptimizer(options).step(weights, state, new float[] {gradient}, 0);
    return weights[0];
  }

  @Test
  void groupFtrlTakesARowToZeroAsAWhole() {
    SparseOptimizerOptions options =
        new SparseOptimizerOptions(
            Kind.GROUP_FTRL, 0.5f, 0.1f, 0, 0, new Coefficients(0, 0, 0, 0, 1, 0));
    float[] weights = {0, 0, 0, 0};
    float[] state = new float[8];
    RowState.fill(options, weights, state);
    ScalarRowOptimizer optimizer = new ScalarRowOptimizer(options);
    optimizer.step(weights, state, new float[] {1, 1, 1, 0.9f}, 0);
    assertThat(weights).containsOnly(0);
    optimizer.step(weights, state, new float[] {1, 1, 1, 0.9f}, 0);
    assertThat(weights).doesNotContain(0);
  }

  /** A new row's weights are what FTRL makes of its state: a gradient of 0 leaves them. */
  @ParameterizedTest
  @EnumSource(names = {"FTRL", "GROUP_FTRL"})
  void ftrlStartsAtTheFirstWeights(Kind kind) {
    SparseOptimizerOptions options =
        new SparseOptimizerOptions(kind, 0.5f, 0.1f, 0, 0, REGULARISED);
    float[] weights = weights(9, new SplittableRandom(1));
    float[] state = new float[18];
    RowState.fill(options, weights, state);
    float[] after = weights.clone();
    new ScalarRowOptimizer(options).step(after, state, new float[9], 0);
    for (int i = 0; i < 9; i++) {
      assertThat(after[i]).isCloseTo(weights[i], within(1e-5f));
    }
  }

  @Test
  void clippingBringsTheNormDown() {
    assertThat(GradientScale.clip(4, 1)).isEqualTo(0.5f);
    assertThat(GradientScale.clip(4, 2)).isEqualTo(1);
    assertThat(GradientScale.clip(4, 0)).isEqualTo(1);
    float[] values = new float[21];
    Arrays.fill(values, 2);
    assertThat(GradientScale.sumOfSquares(values, 2, 19)).isEqualTo(76);
  }

  /** The order of the additions is part of every stored state. */
  @Test
  void sumOfSquaresAddsInTheOrderStated() {
    SplittableRandom random = new SplittableRandom(5);
    for (int n = 0; n < 70; n++) {
      float[] values = new float[n + 2];
      fill(values, random);
      float[] s = new float[8];
      float rest = 0;
      for (int i = 0; i < n; i++) {
        float square = values[2 + i] * values[2 + i];
        if (i < n / 8 * 8) {
          s[i % 8] += square;
        } else {
          rest += square;
        }
      }
      float expected = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])) + rest;
      assertThat(GradientScale.sumOfSquares(values, 2, n)).isEqualTo(expected);
    }
  }

  @Test
  void aRuleWithCoefficientsIsNotMadeWithoutThem() {
    assertThatThrownBy(() -> new SparseOptimizerOptions(Kind.ADAM, 1, 0, 0, 0))
        .hasMessage("kind: ADAM is not a rule without coefficients");
    assertThatThrownBy(
            () -> new SparseOptimizerOptions(Kind.FTRL, 1, 0, 0, 0.1f, Coefficients.DEFAULT))
        .hasMessageContaining("weightDecay: 0.1 is not 0");
    assertThatThrownBy(() -> new Coefficients(1, 0, 0, 0, 0, 0))
        .hasMessage("momentum: 1.0, expected 0 to 0.999999");
    assertThatThrownBy(() -> new Coefficients(0, 0, 0, 0, 0, -1))
        .hasMessageContaining("accumulatorHalfLifeSteps: -1");
  }

  private static List<SparseOptimizerOptions> variants(Kind kind) {
    List<SparseOptimizerOptions> variants = new ArrayList<>();
    boolean ftrl = kind == Kind.FTRL || kind == Kind.GROUP_FTRL;
    for (float clip : new float[] {0, 0.8f}) {
      for (float decay : ftrl ? new float[] {0} : new float[] {0, 0.01f}) {
        for (Coefficients coefficients : new Coefficients[] {Coefficients.DEFAULT, REGULARISED}) {
          for (int warmUp : ftrl ? new int[] {0} : new int[] {0, 20, 400}) {
            variants.add(
                new SparseOptimizerOptions(kind, 0.05f, 0.1f, clip, decay, coefficients, warmUp));
          }
        }
      }
    }
    return variants;
  }

  private static float[] weights(int dim, SplittableRandom random) {
    float[] weights = new float[dim];
    fill(weights, random);
    return weights;
  }

  private static void fill(float[] values, SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * 0.3);
    }
  }
}
