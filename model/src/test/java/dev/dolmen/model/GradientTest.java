package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.kernel.ScalarKernels;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward, loss and every gradient against the model in double and its central differences. */
class GradientTest {
  private static final double STEP = 1e-6;
  private static final int SAMPLES = 6;

  /** Two levels, not in order, clicks, and everything that can be learned about weights. */
  static final TaskOptions ALL_TASKS =
      new TaskOptions(0.1f, List.of(1, 0, 2), 0.7f, true, 1.3f, true);

  record Case(
      int layers,
      Pooling pooling,
      float asNew,
      boolean contexts,
      TaskOptions tasks,
      boolean idGate,
      Kernels kernels,
      boolean vectors) {
    Case(
        int layers,
        Pooling pooling,
        float asNew,
        boolean contexts,
        TaskOptions tasks,
        boolean idGate,
        Kernels kernels) {
      this(layers, pooling, asNew, contexts, tasks, idGate, kernels, false);
    }

    ModelOptions options() {
      ModelOptions plain = GradientTest.options(layers, pooling, true, contexts, idGate, tasks);
      return vectors ? withVectors(plain) : plain;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(2, Pooling.LAST, 0, true, TaskOptions.nextItem(), false, Kernels.best()),
        new Case(2, Pooling.LAST, 0.4f, true, ALL_TASKS, true, Kernels.best()),
        new Case(1, Pooling.MEAN, 0.4f, false, TaskOptions.nextItem(), false, Kernels.best()),
        new Case(1, Pooling.ATTENTION, 0.4f, false, ALL_TASKS, true, Kernels.best()),
        new Case(2, Pooling.ATTENTION, 0, true, TaskOptions.nextItem(), false, Kernels.best()),
        new Case(0, Pooling.LAST, 0, true, TaskOptions.nextItem(), false, Kernels.best()),
        new Case(0, Pooling.MEAN, 0, true, fixed(), true, Kernels.best()),
        new Case(1, Pooling.MEAN, 0.4f, true, ALL_TASKS, true, new ScalarKernels("test")),
        new Case(1, Pooling.LAST, 0.4f, true, ALL_TASKS, true, Kernels.best(), true),
        new Case(0, Pooling.LAST, 0, false, fixed(), false, new ScalarKernels("test"), true));
  }

  /** One column of vectors before the ids, one behind them. */
  static ModelOptions withVectors(ModelOptions plain) {
    List<FeatureColumn> columns = new ArrayList<>(plain.itemColumns());
    columns.add(3, new FeatureColumn("text", 5, 7, 33));
    columns.add(new FeatureColumn("picture", 6, 4, 5));
    return ModelOptions.builder()
        .width(plain.width())
        .layers(plain.layers())
        .heads(plain.heads())
        .feedForwardWidth(plain.feedForwardWidth())
        .maxSessionLength(plain.maxSessionLength())
        .pooling(plain.pooling())
        .eventTypes(plain.eventTypes())
        .gapBuckets(plain.gapBuckets())
        .itemColumns(columns, 4)
        .contextColumns(plain.contextColumns())
        .idGate(plain.idGate())
        .tasks(plain.tasks())
        .build();
  }

  private static TaskOptions fixed() {
    return new TaskOptions(0, List.of(1), 0.5f, true, 2, false);
  }

  static ModelOptions options(int layers, Pooling pooling, boolean ids, boolean contexts) {
    return options(layers, pooling, ids, contexts, false, TaskOptions.nextItem());
  }

  static ModelOptions options(
      int layers,
      Pooling pooling,
      boolean ids,
      boolean contexts,
      boolean idGate,
      TaskOptions tasks) {
    return ModelOptions.builder()
        .width(24)
        .layers(layers)
        .heads(3)
        .feedForwardWidth(20)
        .maxSessionLength(7)
        .pooling(pooling)
        .ids(ids)
        .eventTypes(3)
        .gapBuckets(4)
        .itemColumns(
            List.of(
                new FeatureColumn("category/0", 0, 8),
                new FeatureColumn("category/1", 0, 8),
                new FeatureColumn("brand", 1, 5),
                new FeatureColumn("id", 2, 16)),
            3)
        .contextColumns(
            contexts
                ? List.of(new FeatureColumn("device", 3, 4), new FeatureColumn("hour", 4, 3))
                : List.of())
        .idGate(idGate)
        .tasks(tasks)
        .build();
  }

  /** Moves everything away from its special start, so that no gradient is zero by symmetry. */
  static void scatter(SessionModel model) {
    Random random = new Random(5);
    float[] parameters = model.parameters();
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += 0.2f * (float) random.nextGaussian();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGradient(Case c) {
    ModelOptions options = c.options();
    SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), 11, c.kernels);
    scatter(model);
    RandomBatch random = new RandomBatch(options, 6, 17, 13, c.vectors ? 7 : 5, 99).asNew(c.asNew);
    TrainingBatch batch = random.batch;
    ReferenceModel reference = new ReferenceModel(model, random.rows);

    model.forward(batch, random.rows);
    checkForward(model, batch, reference);
    random.zeroGradients();
    double loss = model.backward(batch, random.rows);
    boolean[] dropped = random.itemsAsNew();

    double[][] losses = reference.losses(batch, dropped);
    assertThat(loss).isEqualTo(model.loss(0));
    assertThat(model.tasks()).isEqualTo(losses[0].length);
    for (int task = 0; task < losses[0].length; task++) {
      double expected = losses[0][task] / losses[1][task];
      assertThat(model.loss(task)).as("task %d", task).isCloseTo(expected, offset(1e-5));
    }

    Random pick = new Random(1);
    for (Tensor tensor : model.layout().tensors()) {
      for (int n = 0; n < SAMPLES && tensor.size() > 0; n++) {
        int at = tensor.offset() + pick.nextInt(tensor.size());
        double expected = slope(reference, reference.parameters, at, batch, dropped);
        assertClose(tensor.name(), model.gradients()[at], expected);
      }
    }
    for (int s = 0; s < random.rows.values.length; s++) {
      if (random.rows.values[s].length == 0) {
        assertThat(c.contexts).isFalse();
        continue;
      }
      for (int n = 0; n < 3 * SAMPLES; n++) {
        int at = pick.nextInt(random.rows.values[s].length);
        double expected = slope(reference, reference.rows[s], at, batch, dropped);
        assertClose("slot " + s, random.rows.gradients[s][at], expected);
      }
    }
  }

  private static void checkForward(
      SessionModel model, TrainingBatch batch, ReferenceModel reference) {
    int width = model.options().width();
    for (int i = 0; i < batch.items.records; i++) {
      double[] expected = reference.item(batch, i, new boolean[0]);
      for (int d = 0; d < width; d++) {
        assertThat((double) model.itemVectors()[i * width + d])
            .isCloseTo(expected[d], offset(1e-5));
      }
    }
    double[][] expected = reference.sessionVectors(batch, new boolean[0]);
    for (int p = 0; p < batch.queries(); p++) {
      for (int d = 0; d < width; d++) {
        assertThat((double) model.sessionVectors()[p * width + d])
            .isCloseTo(expected[p][d], offset(5e-5));
      }
    }
  }

  private static double slope(
      ReferenceModel reference, double[] numbers, int at, TrainingBatch batch, boolean[] dropped) {
    double before = numbers[at];
    numbers[at] = before + STEP;
    double up = reference.loss(batch, dropped);
    numbers[at] = before - STEP;
    double down = reference.loss(batch, dropped);
    numbers[at] = before;
    return (up - down) / (2 * STEP);
  }

  private static void assertClose(String name, float actual, double expected) {
    assertThat((double) actual)
        .as(name)
        .isCloseTo(expected, offset(2e-4 * (1 + Math.abs(expected))));
  }
}
