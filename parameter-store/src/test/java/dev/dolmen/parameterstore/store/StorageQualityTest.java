package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What rows in fewer bits learn, against rows in floats, from one seeded stream: a factorisation of
 * users and items whose true vectors decide, as a sigmoid of their product, whether a user likes an
 * item. Steps are small against the distance of two bf16 numbers, as they are late in training.
 *
 * <p>Loss is the mean log loss of the last quarter, scored before it is learned; chance is 0.693.
 */
class StorageQualityTest {
  private static final int DIM = 8;
  private static final int USERS = 60;
  private static final int ITEMS = 40;
  private static final int EVENTS = 200_000;
  private static final float RATE = 0.003f;

  @Test
  void stochasticRoundingLearnsWhatFloatsLearn() throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      double floats = loss(WeightStorage.FP32, seed);
      double halves = loss(WeightStorage.BF16, seed);
      double bytes = loss(WeightStorage.INT8, seed);
      double nearest = lossOfNearest(seed);
      String all = floats + " " + halves + " " + bytes + " nearest " + nearest;
      assertThat(floats).as("floats learn: %s", all).isLessThan(0.66);
      assertThat(halves).as("bf16: %s", all).isLessThan(floats + 0.006);
      assertThat(bytes).as("int8: %s", all).isLessThan(floats + 0.006);
      assertThat(nearest).as("rounding to the nearest: %s", all).isGreaterThan(floats + 0.02);
    }
  }

  private static double loss(WeightStorage storage, long seed) throws IOException {
    SparseOptimizerOptions sgd = new SparseOptimizerOptions(Kind.SGD, RATE, 0, 0, 0);
    RowOptions rows = new RowOptions(DIM, 1, 0, 1_000, sgd, 0.3f).withStorage(storage);
    try (EmbeddingTable table =
        new ChronicleEmbeddingTable(EmbeddingTableContract.one(rows), seed)) {
      return learn(
          seed,
          (fids, out) -> table.gatherForTraining(0, fids, new int[] {1, 1}, 0, 2, 1, out, 0),
          (fids, gradients) -> table.applyGradients(0, fids, 0, 2, gradients, 0));
    }
  }

  /** The same steps on rows that are rounded to the nearest bf16 after each. */
  private static double lossOfNearest(long seed) {
    float[][] rows = new float[USERS + ITEMS][DIM];
    for (int fid = 0; fid < rows.length; fid++) {
      SeededBits.addNoise(SeededBits.rowSeed(seed, 0, fid), 0.3f, rows[fid], 0, DIM);
      ScalarWeightCodec.round(WeightStorage.BF16, rows[fid]);
    }
    return learn(
        seed,
        (fids, out) -> {
          System.arraycopy(rows[(int) fids[0]], 0, out, 0, DIM);
          System.arraycopy(rows[(int) fids[1]], 0, out, DIM, DIM);
        },
        (fids, gradients) -> {
          for (int i = 0; i < 2 * DIM; i++) {
            rows[(int) fids[i / DIM]][i % DIM] -= RATE * gradients[i];
          }
          ScalarWeightCodec.round(WeightStorage.BF16, rows[(int) fids[0]]);
          ScalarWeightCodec.round(WeightStorage.BF16, rows[(int) fids[1]]);
        });
  }

  private interface Rows {
    void apply(long[] fids, float[] floats);
  }

  private static double learn(long seed, Rows gather, Rows apply) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] truth = new float[USERS + ITEMS][DIM];
    for (float[] vector : truth) {
      for (int i = 0; i < DIM; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    long[] fids = new long[2];
    float[] vectors = new float[2 * DIM];
    float[] gradients = new float[2 * DIM];
    double loss = 0;
    int from = EVENTS / 4 * 3;
    for (int event = 0; event < EVENTS; event++) {
      fids[0] = random.nextInt(USERS);
      fids[1] = USERS + (long) random.nextInt(ITEMS);
      double liking = sigmoid(dot(truth[(int) fids[0]], 0, truth[(int) fids[1]], 0));
      boolean liked = random.nextDouble() < liking;
      gather.apply(fids, vectors);
      double predicted = sigmoid(dot(vectors, 0, vectors, DIM));
      loss -= event < from ? 0 : Math.log(liked ? predicted : 1 - predicted);
      float error = (float) (predicted - (liked ? 1 : 0));
      for (int i = 0; i < DIM; i++) {
        gradients[i] = error * vectors[DIM + i];
        gradients[DIM + i] = error * vectors[i];
      }
      apply.apply(fids, gradients);
    }
    return loss / (EVENTS - from);
  }

  private static double dot(float[] a, int at, float[] b, int bt) {
    double sum = 0;
    for (int i = 0; i < DIM; i++) {
      sum += a[at + i] * b[bt + i];
    }
    return sum;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
