package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tasks beside the next item do and leave alone. */
class TaskTest {
  private static ModelOptions options(TaskOptions tasks) {
    return GradientTest.options(1, Pooling.LAST, true, true, false, tasks);
  }

  private static RandomBatch batch(long seed) {
    return new RandomBatch(options(TaskOptions.nextItem()), 9, 21, 15, 5, seed);
  }

  private static SessionModel learned(TaskOptions tasks, int steps) {
    SessionModel model = new SessionModel(options(tasks), DenseOptimizerOptions.defaults(), 1);
    RandomBatch random = batch(3);
    for (int n = 0; n < steps; n++) {
      random.zeroGradients();
      model.forward(random.batch, random.rows);
      model.backward(random.batch, random.rows);
      assertThat(model.step()).isTrue();
    }
    return model;
  }

  @Test
  void categoriesAreLearned() {
    TaskOptions tasks = new TaskOptions(0, List.of(0, 1), 1, false, 1, false);
    SessionModel early = learned(tasks, 1);
    SessionModel late = learned(tasks, 400);
    for (int task = 1; task <= 2; task++) {
      assertThat(late.loss(task)).isLessThan(0.7 * early.loss(task));
    }
  }

  /** A head that reads constant features adds parameters after all others. */
  @Test
  void aModelOfTheNextItemAloneHasNoOtherParameters() {
    int alone = learned(TaskOptions.nextItem(), 0).layout().size();
    SessionModel all = learned(GradientTest.ALL_TASKS, 0);
    assertThat(all.layout().size()).isGreaterThan(alone);
    assertThat(all.layout().tensor("predict/category/1/weight").offset())
        .isGreaterThanOrEqualTo(alone);
    assertThat(Arrays.copyOf(all.parameters(), alone))
        .isEqualTo(learned(TaskOptions.nextItem(), 0).parameters());
  }

  /**
   * The uncertain task's weight falls: at rest its variance is twice its loss (Kendall, eq. 10).
   */
  @Test
  void learnedWeightsFollowTheLosses() {
    TaskOptions tasks = new TaskOptions(0, List.of(0), 1, false, 1, true);
    DenseOptimizerOptions optimizer =
        DenseOptimizerOptions.defaults()
            .with(o ->
                o.learningRate(0.02f)
                    .weightDecay(0)
                    .gradientNormMax(0)
                    .warmUpSteps(0)
                    .decaySteps(0)
                    .fullBatch(0));
    SessionModel model = new SessionModel(options(tasks), optimizer, 1);
    RandomBatch random = batch(3);
    int at = model.layout().tensor("task/log-variance").offset();
    // Only the variances learn: what the losses depend on stays as it was.
    float[] others = Arrays.copyOf(model.parameters(), at);
    for (int n = 0; n < 600; n++) {
      random.zeroGradients();
      model.forward(random.batch, random.rows);
      model.backward(random.batch, random.rows);
      assertThat(model.step()).isTrue();
      System.arraycopy(others, 0, model.parameters(), 0, at);
    }
    for (int task = 0; task < 2; task++) {
      assertThat(Math.exp(model.parameters()[at + task]))
          .isCloseTo(2 * model.loss(task), offset(0.05 * model.loss(task)));
    }
  }

  @Test
  void labelSmoothingKeepsScoresApartByLess() {
    double sharp = learned(TaskOptions.nextItem(), 300).loss(0);
    TaskOptions smooth = new TaskOptions(0.2f, List.of(), 1, false, 1, false);
    double smoothed = learned(smooth, 300).loss(0);
    // The entropy of the smoothed target itself is a floor.
    int others = 14;
    double own = 0.8 + 0.2 / 15;
    double floor = -own * Math.log(own) - others * 0.2 / 15 * Math.log(0.2 / 15);
    assertThat(sharp).isLessThan(floor);
    assertThat(smoothed).isGreaterThan(floor);
  }

  @Test
  void aLossThatIsNotFiniteRefusesTheBatch() {
    SessionModel model = learned(GradientTest.ALL_TASKS, 2);
    long hash = model.stateHash();
    RandomBatch random = batch(4);
    random.zeroGradients();
    Arrays.fill(random.batch.shownLogRate, Float.NaN);
    model.forward(random.batch, random.rows);
    model.backward(random.batch, random.rows);
    assertThat(model.step()).isFalse();
    assertThat(model.stateHash()).isEqualTo(hash);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> new TaskOptions(1, List.of(), 1, false, 1, false))
        .hasMessageContaining("labelSmoothing is 1");
    assertThatThrownBy(() -> new TaskOptions(0, List.of(), 0, false, 1, false))
        .hasMessageContaining("categoryWeight is 0");
    assertThatThrownBy(() -> options(new TaskOptions(0, List.of(4), 1, false, 1, false)))
        .hasMessageContaining("categoryColumns is 4, expected item columns, of which there are 4");
  }
}
