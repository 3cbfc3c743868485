package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import dev.dolmen.model.layer.SignalNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole model against {@link TorchModel}, on random shapes: logits, loss, the gradient of every
 * tensor and of every slot's rows, and the losses of ten steps. Errors are relative, in norm;
 * {@code -Dparity.print=true} prints them.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the build has PyTorch's library, of 100 MB, for one platform")
class PyTorchParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final int STEPS = 10;
  private static final float ROW_RATE = 0.02f;

  @BeforeAll
  static void offline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Unpacked here, not in the home directory.
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    assertThat(Engine.getInstance().getEngineName()).isEqualTo("PyTorch");
  }

  /** Layers, heads, width, pooling, slots, several columns on one slot, contexts or none. */
  private static ModelOptions options(Random random) {
    int heads = 1 + random.nextInt(4);
    List<FeatureColumn> columns = new ArrayList<>();
    int slots = 2 + random.nextInt(3);
    for (int slot = 0; slot < slots; slot++) {
      int dim = 3 + random.nextInt(14);
      for (int level = 0; level < (slot == 0 ? 2 : 1); level++) {
        columns.add(new FeatureColumn("slot" + slot + "/" + level, slot, dim));
      }
    }
    List<FeatureColumn> contexts = new ArrayList<>();
    for (int c = random.nextInt(3); c > 0; c--) {
      contexts.add(new FeatureColumn("context" + c, slots + c, 2 + random.nextInt(5)));
    }
    Pooling[] poolings = Pooling.values();
    return ModelOptions.builder()
        .width(heads * (8 + random.nextInt(9)))
        .layers(random.nextInt(4))
        .heads(heads)
        .feedForwardWidth(10 + random.nextInt(40))
        .maxSessionLength(RandomBatch.LENGTH_MAX + random.nextInt(8))
        .pooling(poolings[random.nextInt(poolings.length)])
        .temperature(2 + random.nextInt(9))
        .eventTypes(1 + random.nextInt(5))
        .gapBuckets(1 + random.nextInt(5))
        .itemColumns(columns, columns.size() - 1)
        .contextColumns(contexts)
        .idGate(random.nextBoolean())
        .tasks(tasks(random))
        .build();
  }

  private static TaskOptions tasks(Random random) {
    List<List<Integer>> columns = List.of(List.of(), List.of(0), List.of(1, 0), List.of(2));
    return new TaskOptions(
        random.nextBoolean() ? 0 : 0.2f * random.nextFloat(),
        columns.get(random.nextInt(columns.size())),
        0.3f + random.nextFloat(),
        random.nextBoolean(),
        0.3f + random.nextFloat(),
        random.nextBoolean());
  }

  private static RandomBatch batch(ModelOptions options, long seed) {
    return new RandomBatch(options, 7, 23, 17, options.itemColumns().size() + 3, seed)
        .asNew(share(seed));
  }

  private static float share(long seed) {
    return seed % 2 == 0 ? 0 : 0.3f;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void logitsLossAndEveryGradient(long seed) {
    ModelOptions options = options(new Random(seed));
    SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), seed);
    GradientTest.scatter(model);
    RandomBatch random = batch(options, seed);
    model.forward(random.batch, random.rows);
    try (TorchModel torch = new TorchModel(model, random, new boolean[0])) {
      torch.pass();
      assertNear("logits", logits(model, random.batch), torch.logits);
    }
    random.zeroGradients();
    model.backward(random.batch, random.rows);
    try (TorchModel torch = new TorchModel(model, random, random.itemsAsNew())) {
      torch.pass();
      assertThat(model.tasks()).isEqualTo(torch.losses.length);
      for (int task = 0; task < model.tasks(); task++) {
        assertNear(
            "loss of task " + task,
            new float[] {(float) model.loss(task)},
            new float[] {(float) torch.losses[task]});
      }
      for (Tensor t : model.layout().tensors()) {
        NDArray parameter = torch.parameters.get(t.name());
        if (parameter != null) {
          int end = t.offset() + t.size();
          float[] actual = Arrays.copyOfRange(model.gradients(), t.offset(), end);
          assertNear(t.name(), actual, parameter.getGradient().toFloatArray());
        }
      }
      for (int s = 0; s < torch.rows.length; s++) {
        if (torch.rows[s] != null) {
          float[] expectedRows = torch.rows[s].getGradient().toFloatArray();
          assertNear("rows of slot " + s, random.rows.gradients[s], expectedRows);
        }
      }
    }
  }

  /** One batch with other items as new each time; AdamW with clipping, rows downhill. */
  @ParameterizedTest
  @ValueSource(longs = {1, 4, 7, 9})
  void lossesOfTenSteps(long seed) {
    ModelOptions options = options(new Random(seed));
    DenseOptimizerOptions optimizer =
        DenseOptimizerOptions.defaults()
            .with(o ->
                o.learningRate(5e-3f)
                    .weightDecay(0.05f)
                    .gradientNormMax(0.5f)
                    .warmUpSteps(4)
                    .decaySteps(1)
                    .fullBatch(64));
    SessionModel model = new SessionModel(options, optimizer, seed);
    GradientTest.scatter(model);
    RandomBatch random = batch(options, seed);
    TorchAdamW adam = new TorchAdamW(optimizer);
    float[] losses = new float[STEPS];
    float[] expected = new float[STEPS];
    random.batch.number = 0;
    Map<String, float[]> values = TorchModel.values(model);
    float[][] rows = Arrays.stream(random.rows.values).map(float[]::clone).toArray(float[][]::new);
    for (int step = 0; step < STEPS; step++) {
      random.zeroGradients();
      model.forward(random.batch, random.rows);
      losses[step] = (float) model.backward(random.batch, random.rows);
      try (TorchModel torch = new TorchModel(model, values, rows, random, random.itemsAsNew())) {
        torch.pass();
        expected[step] = (float) torch.losses[0];
        adam.step(model.layout().tensors(), torch.parameters, 1 / torch.weight(), values);
        for (int s = 0; s < rows.length; s++) {
          rows[s] = torch.rows[s] == null ? rows[s] : torch.rowsAfter(s, ROW_RATE);
        }
      }
      assertThat(model.step()).isTrue();
      for (int s = 0; s < rows.length; s++) {
        for (int i = 0; i < rows[s].length; i++) {
          random.rows.values[s][i] -= ROW_RATE * random.rows.gradients[s][i];
        }
      }
      random.batch.number++;
      random.asNew(share(seed));
    }
    for (int step = 0; step < STEPS; step++) {
      assertThat((double) losses[step] / expected[step] - 1)
          .as("loss of step %d, %f and %f", step, losses[step], expected[step])
          .isBetween(-TOLERANCE, TOLERANCE);
    }
    assertThat(losses[STEPS - 1]).isLessThan(0.98f * losses[0]);
  }

  /** Scores of the shared candidates and of two of its own, [P, V + 2]; those present. */
  private static float[] logits(SessionModel model, TrainingBatch batch) {
    float[] learned = new float[SignalNetwork.PARAMETERS];
    model.copySignals(learned);
    float[] added = new float[batch.signalStart[batch.predictions]];
    new SignalNetwork(Kernels.best())
        .forward(learned, 0, batch.signalFeatures, added.length, added);
    int columns = batch.candidates + 2;
    float[] logits = new float[batch.predictions * columns];
    for (int p = 0; p < batch.predictions; p++) {
      for (int v = 0; v < batch.candidates; v++) {
        double offset =
            model.priorWeight() * batch.candidatePrior[v] - (double) batch.candidateLogQ[v];
        logits[p * columns + v] = (float) (offset + product(model, p, v));
      }
      for (int own = batch.ownStart[p]; own < batch.ownStart[p + 1]; own++) {
        int v = batch.candidates + own - batch.ownStart[p];
        double offset = (double) model.priorWeight() * batch.ownPrior[own];
        logits[p * columns + v] = (float) (offset + product(model, p, batch.ownItem[own]));
      }
      for (int c = batch.certainStart[p]; c < batch.certainStart[p + 1]; c++) {
        logits[p * columns + batch.certain[c]] += batch.candidateLogQ[batch.certain[c]];
      }
      for (int s = batch.signalStart[p]; s < batch.signalStart[p + 1]; s++) {
        logits[p * columns + batch.signalItem[s]] += added[s] + batch.signalOffset[s];
      }
    }
    return logits;
  }

  private static double product(SessionModel model, int prediction, int record) {
    int width = model.options().width();
    double sum = 0;
    for (int d = 0; d < width; d++) {
      sum +=
          (double) model.sessionVectors()[prediction * width + d]
              * model.itemVectors()[record * width + d];
    }
    return sum;
  }

  private static void assertNear(String name, float[] actual, float[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      error += Math.pow((double) actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    if (Boolean.getBoolean("parity.print")) {
      System.out.printf("%s: %.2g of %.3g%n", name, Math.sqrt(error / norm), Math.sqrt(norm));
    }
    assertThat(Math.sqrt(error))
        .as("error of %s, whose norm is %f", name, Math.sqrt(norm))
        .isLessThanOrEqualTo(TOLERANCE * Math.sqrt(norm));
  }
}
