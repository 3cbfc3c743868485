package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightCodecTest {
  @ParameterizedTest
  @EnumSource(WeightStorage.class)
  void vectorsAgreeWithScalarsBitForBit(WeightStorage storage) {
    SplittableRandom random = new SplittableRandom(3);
    for (int dim : new int[] {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 207}) {
      for (float size : new float[] {0, 1e-38f, 1e-4f, 1, 1e30f}) {
        float[] weights = weights(dim, size, random);
        compare(storage, weights, WeightRounding.NEAREST);
        compare(storage, weights, SeededBits.roundingSeed(1, 2, random.nextLong(), dim));
      }
    }
  }

  private static void compare(WeightStorage storage, float[] weights, long seed) {
    int dim = weights.length;
    byte[] expected = ScalarWeightCodec.pack(storage, weights, seed);
    float[] expectedWeights = new float[dim];
    ScalarWeightCodec.unpack(storage, expected, 0, expectedWeights);
    WeightCodec codec = new WeightCodec(storage, dim);
    try (Arena arena = Arena.ofConfined()) {
      long floats = arena.allocate(4L * dim + 4, 64).address();
      long stored = arena.allocate(expected.length + 4L, 8).address();
      NativeMemory.putFloats(floats, weights);
      NativeMemory.putInt(stored + expected.length, 77);
      NativeMemory.putInt(floats + 4L * dim, 78);
      codec.pack(floats, stored, seed);
      byte[] found = new byte[expected.length];
      NativeMemory.copyBytes(stored, found, 0, found.length);
      assertThat(found).as("%s dim %d", storage, dim).isEqualTo(expected);
      float[] read = new float[dim + 1];
      codec.read(stored, read, 1);
      codec.unpack(stored, floats);
      for (int i = 0; i < dim; i++) {
        assertThat(read[i + 1]).isEqualTo(expectedWeights[i]);
        assertThat(NativeMemory.getFloat(floats + 4L * i)).isEqualTo(expectedWeights[i]);
      }
      assertThat(NativeMemory.getInt(stored + expected.length)).as("canary").isEqualTo(77);
      assertThat(NativeMemory.getInt(floats + 4L * dim)).as("canary").isEqualTo(78);
    }
    if (seed == WeightRounding.NEAREST) {
      float[] rounded = weights.clone();
      codec.round(rounded, 0);
      assertThat(rounded).isEqualTo(expectedWeights);
    }
  }

  /** Over many seeds the mean is the weight itself, within five standard errors. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void stochasticRoundingIsRightOnAverage(WeightStorage storage) {
    float[] weights = {1.001f, -0.3337f, 0.01234f, 1.27f};
    float[] read = new float[4];
    double[] sums = new double[4];
    int rounds = 20_000;
    for (int i = 0; i < rounds; i++) {
      long seed = SeededBits.roundingSeed(5, 0, 9, i);
      ScalarWeightCodec.unpack(storage, ScalarWeightCodec.pack(storage, weights, seed), 0, read);
      for (int j = 0; j < 4; j++) {
        sums[j] += read[j];
      }
    }
    for (int j = 0; j < 4; j++) {
      double step = storage == WeightStorage.INT8 ? 1 / 64.0 : Math.abs(weights[j]) / 128;
      assertThat(sums[j] / rounds)
          .isCloseTo(weights[j], within(5 * 0.5 * step / Math.sqrt(rounds) + 1e-6));
    }
  }

  /** What is stored stays as it is, whatever the random bits: nothing drifts without a step. */
  @ParameterizedTest
  @EnumSource(WeightStorage.class)
  void whatIsStoredIsNotRoundedAgain(WeightStorage storage) {
    SplittableRandom random = new SplittableRandom(8);
    float[] weights = weights(33, 0.1f, random);
    ScalarWeightCodec.round(storage, weights);
    for (int i = 0; i < 50; i++) {
      float[] again = new float[33];
      byte[] stored = ScalarWeightCodec.pack(storage, weights, random.nextLong() | 1);
      ScalarWeightCodec.unpack(storage, stored, 0, again);
      assertThat(again).isEqualTo(weights);
    }
  }

  @Test
  void theScaleIsThePowerOfTwoThatHoldsTheLargest() {
    assertThat(WeightRounding.scale(127)).isEqualTo(1);
    assertThat(WeightRounding.scale(127.5f)).isEqualTo(2);
    assertThat(WeightRounding.scale(64)).isEqualTo(1);
    assertThat(WeightRounding.scale(63)).isEqualTo(0.5f);
    assertThat(WeightRounding.scale(0)).isEqualTo(0x1p-100f);
  }

  private static float[] weights(int dim, float size, SplittableRandom random) {
    float[] weights = new float[dim];
    for (int i = 0; i < dim; i++) {
      weights[i] = (float) random.nextGaussian() * size;
    }
    return weights;
  }
}
