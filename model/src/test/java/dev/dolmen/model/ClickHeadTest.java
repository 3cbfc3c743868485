package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.layer.ClickHead;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A world in which the chance of a click is known, by item and position. */
class ClickHeadTest {
  private static final int ITEMS = 8;
  private static final int SHOWN = 4_000;
  private static final TaskOptions CLICKS = new TaskOptions(0, List.of(), 1, true, 1, false);

  private static final ModelOptions OPTIONS =
      ModelOptions.builder()
          .width(16)
          .layers(0)
          .heads(1)
          .feedForwardWidth(16)
          .maxSessionLength(4)
          .itemColumns(List.of(new FeatureColumn("id", 0, 16)), 0)
          .tasks(CLICKS)
          .build();

  /** 2% to 23%, and half of it from the second position on. */
  private static double chance(int item, int position) {
    return (0.02 + 0.03 * item) / (position == 0 ? 1 : 2);
  }

  private static RandomBatch world(double rate, long seed) {
    RandomBatch random = new RandomBatch(OPTIONS, 4, ITEMS, ITEMS, 1, 1);
    TrainingBatch batch = random.batch;
    for (int i = 0; i < ITEMS; i++) {
      batch.items.start[i + 1] = i + 1;
      batch.items.row[i] = i;
      batch.items.weight[i] = 1;
    }
    batch.predictions = 0;
    batch.shownQueries = 1;
    batch.predictionToken[0] = 0;
    batch.shown = 0;
    batch.shownQuery = new int[SHOWN];
    batch.shownItem = new int[SHOWN];
    batch.shownPosition = new int[SHOWN];
    batch.shownClicked = new boolean[SHOWN];
    batch.shownWeight = new float[SHOWN];
    batch.shownLogRate = new float[SHOWN];
    Arrays.fill(batch.shownWeight, 1);
    Arrays.fill(batch.shownLogRate, (float) Math.log(rate));
    Random r = new Random(seed);
    while (batch.shown < SHOWN) {
      int item = r.nextInt(ITEMS);
      int position = r.nextInt(2);
      boolean clicked = r.nextDouble() < chance(item, position);
      if (clicked || r.nextDouble() < rate) {
        int n = batch.shown++;
        batch.shownItem[n] = item;
        batch.shownPosition[n] = position;
        batch.shownClicked[n] = clicked;
      }
    }
    return random;
  }

  /** What is learned from a share of what was not clicked is the chance among all that is shown. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.2, 0.05})
  void chancesAreThoseOfAllThatIsShown(double rate) {
    DenseOptimizerOptions optimizer =
        DenseOptimizerOptions.defaults()
            .with(o ->
                o.weightDecay(0).gradientNormMax(0).warmUpSteps(10).decaySteps(0).fullBatch(0));
    SessionModel model = new SessionModel(OPTIONS, optimizer, 3);
    RandomBatch random = world(rate, 0);
    for (int n = 0; n < 800; n++) {
      random = world(rate, n);
      random.zeroGradients();
      model.forward(random.batch, random.rows);
      model.backward(random.batch, random.rows);
      assertThat(model.step()).isTrue();
    }
    model.forward(random.batch, random.rows);
    float[] session = Arrays.copyOf(model.sessionVectors(), OPTIONS.width());
    for (int item = 0; item < ITEMS; item++) {
      for (int position = 0; position < 2; position++) {
        float learned =
            chance(model.publish(), session, model.itemVectors(), item * OPTIONS.width(), position);
        double expected = chance(item, position);
        assertThat((double) learned)
            .as("item %d at position %d", item, position)
            .isCloseTo(expected, offset(0.01 + 0.12 * expected));
      }
    }
  }

  private static float chance(
      ServingModel serving, float[] session, float[] items, int itemOffset, int position) {
    float[] query = new float[session.length];
    serving.clickQueries(session, 0, 1, query, new Workspace());
    return serving.clickChance(query, 0, items, itemOffset, position);
  }

  @Test
  void positionsFarDownAreOne() {
    SessionModel model = new SessionModel(OPTIONS, DenseOptimizerOptions.defaults(), 3);
    int tensor = model.layout().tensor("click/position").offset();
    model.parameters()[tensor + ClickHead.POSITIONS - 1] = 2;
    float[] session = new float[OPTIONS.width()];
    float[] items = new float[OPTIONS.width()];
    ServingModel serving = model.publish();
    float far = chance(serving, session, items, 0, ClickHead.POSITIONS - 1);
    assertThat(far).isEqualTo(chance(serving, session, items, 0, 5_000));
    assertThat(far).isGreaterThan(chance(serving, session, items, 0, 3));
  }

  @Test
  void aModelWithoutTheHeadSaysSo() {
    ModelOptions without = GradientTest.options(0, Pooling.LAST, true, false);
    ServingModel serving = new SessionModel(without, DenseOptimizerOptions.defaults(), 3).publish();
    assertThatThrownBy(() -> chance(serving, new float[24], new float[24], 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no head for clicks");
  }
}
