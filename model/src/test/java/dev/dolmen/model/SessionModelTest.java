package dev.dolmen.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.data.TrainingBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class SessionModelTest {
  private static final ModelOptions OPTIONS =
      GradientTest.options(2, Pooling.LAST, true, true, true, GradientTest.ALL_TASKS);

  private static SessionModel model(long seed) {
    return new SessionModel(OPTIONS, DenseOptimizerOptions.defaults(), seed);
  }

  private static RandomBatch batch(long seed) {
    return new RandomBatch(OPTIONS, 9, 21, 15, 5, seed).asNew(0.3f);
  }

  private static boolean learn(SessionModel model, RandomBatch random) {
    random.zeroGradients();
    model.forward(random.batch, random.rows);
    model.backward(random.batch, random.rows);
    return model.step();
  }

  /** Where nothing is validated nobody reads what serving would compute. */
  @Test
  void theForwardCanBeLeftOutOfABatchWithNewItems() {
    SessionModel with = model(1);
    SessionModel without = model(1);
    for (int n = 0; n < 5; n++) {
      assertThat(learn(with, batch(n))).isTrue();
      RandomBatch alone = batch(n);
      assertThat(alone.batch.anyAsNew).isTrue();
      alone.zeroGradients();
      without.backward(alone.batch, alone.rows);
      assertThat(without.step()).isTrue();
    }
    assertThat(without.stateHash()).isEqualTo(with.stateHash());
  }

  /** Candidates that no session and no shown item names are encoded once, not twice. */
  @Test
  void theForwardEncodesWhatIsNamedIfThereAreNewItems() {
    RandomBatch random = batch(3);
    TrainingBatch batch = random.batch;
    batch.shown = 0;
    for (int t = 0; t < batch.tokens(); t++) {
      batch.tokenItem[t] = t % 4;
    }
    assertThat(batch.namedItems()).isEqualTo(4);
    SessionModel model = model(1);
    model.forward(batch, random.rows);
    assertThat(model.itemVectors()).hasSize(4 * OPTIONS.width());
    batch.anyAsNew = false;
    model.forward(batch, random.rows);
    assertThat(model.itemVectors()).hasSize(batch.items.records * OPTIONS.width());
  }

  @Test
  void sameInputSameBits() {
    SessionModel one = model(1);
    SessionModel two = model(1);
    for (int n = 0; n < 20; n++) {
      RandomBatch first = batch(n);
      RandomBatch second = batch(n);
      assertThat(learn(one, first)).isTrue();
      assertThat(learn(two, second)).isTrue();
      assertThat(first.rows.gradients).isDeepEqualTo(second.rows.gradients);
    }
    assertThat(one.stateHash()).isEqualTo(two.stateHash());
    learn(two, batch(99));
    assertThat(one.stateHash()).isNotEqualTo(two.stateHash());
    assertThat(model(2).stateHash()).isNotEqualTo(model(1).stateHash());
  }

  @Test
  void anyNumberOfThreadsLearnsTheSameBits() {
    DenseOptimizerOptions optimizer = DenseOptimizerOptions.defaults();
    ThreadFactory threads = Thread.ofPlatform().daemon().factory();
    try (SessionModel one = new SessionModel(OPTIONS, optimizer, 1, 1, threads);
        SessionModel two = new SessionModel(OPTIONS, optimizer, 1, 2, threads);
        SessionModel three = new SessionModel(OPTIONS, optimizer, 1, 3, threads)) {
      for (int n = 0; n < 3; n++) {
        // Some 2,400 tokens: their products are large enough to be shared.
        RandomBatch first = new RandomBatch(OPTIONS, 800, 500, 300, 5, n);
        RandomBatch second = new RandomBatch(OPTIONS, 800, 500, 300, 5, n);
        RandomBatch third = new RandomBatch(OPTIONS, 800, 500, 300, 5, n);
        assertThat(learn(one, first)).isTrue();
        assertThat(learn(two, second)).isTrue();
        assertThat(learn(three, third)).isTrue();
        assertThat(second.rows.gradients).isDeepEqualTo(first.rows.gradients);
        assertThat(third.rows.gradients).isDeepEqualTo(first.rows.gradients);
      }
      assertThat(two.stateHash()).isEqualTo(one.stateHash());
      assertThat(three.stateHash()).isEqualTo(one.stateHash());
    }
  }

  @Test
  void savedAndReadBackItGoesOnTheSame() throws IOException {
    SessionModel one = model(1);
    learn(one, batch(1));
    learn(one, batch(2));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    one.writeTo(new DataOutputStream(bytes));
    SessionModel two = model(1);
    two.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(two.stateHash()).isEqualTo(one.stateHash());
    learn(one, batch(3));
    learn(two, batch(3));
    assertThat(two.stateHash()).isEqualTo(one.stateHash());
  }

  @Test
  void refusesAnotherShapeOrFormat() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model(1).writeTo(new DataOutputStream(bytes));
    SessionModel other =
        new SessionModel(
            GradientTest.options(1, Pooling.LAST, true, true), DenseOptimizerOptions.defaults(), 1);
    assertThatThrownBy(() ->
            other.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Integer.toString(other.parameters().length));
    assertThatThrownBy(
            () -> other.readFrom(new DataInputStream(new ByteArrayInputStream(new byte[64]))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format");
  }

  @Test
  void whatIsNotFiniteChangesNothing() {
    SessionModel model = model(1);
    learn(model, batch(1));
    long hash = model.stateHash();
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 3e38f}) {
      RandomBatch broken = batch(2);
      java.util.Arrays.fill(broken.rows.values[0], bad);
      assertThat(learn(model, broken)).isFalse();
      assertThat(model.stateHash()).isEqualTo(hash);
    }
    assertThat(learn(model, batch(3))).isTrue();
    assertThat(model.stateHash()).isNotEqualTo(hash);
  }

  @Test
  void withoutPredictionsNothingHappens() {
    SessionModel model = model(1);
    RandomBatch random = batch(1);
    random.batch.predictions = 0;
    random.batch.shownQueries = 0;
    random.batch.shown = 0;
    long hash = model.stateHash();
    model.forward(random.batch, random.rows);
    assertThat(model.backward(random.batch, random.rows)).isZero();
    assertThat(model.step()).isTrue();
    assertThat(model.stateHash()).isEqualTo(hash);
  }

  /** A published model gives what the training forward gave, and stays as it was. */
  @Test
  void servingComputesWhatTrainingDoes() {
    for (Pooling pooling : Pooling.values()) {
      ModelOptions options = GradientTest.options(2, pooling, true, true);
      SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), 4);
      GradientTest.scatter(model);
      ServingModel serving = model.publish();
      RandomBatch random = new RandomBatch(options, 9, 21, 15, 5, 8);
      TrainingBatch batch = random.batch;
      model.forward(batch, random.rows);
      int width = options.width();
      Workspace workspace = new Workspace();
      float[] items = new float[3 + batch.items.records * width];
      serving.encodeItems(batch.items, random.rows, items, 3, workspace);
      for (int i = 0; i < batch.items.records * width; i++) {
        assertThat(items[3 + i]).isEqualTo(model.itemVectors()[i]);
      }
      SessionInput input = new SessionInput(batch.contexts, random.rows);
      float[] out = new float[width];
      for (int p = 0; p < batch.predictions; p++) {
        int start = 0;
        for (int s = 0; batch.sessionStart[s] <= batch.predictionToken[p]; s++) {
          start = batch.sessionStart[s];
        }
        input.resize(batch.predictionToken[p] - start + 1, width);
        for (int i = 0; i < input.tokens; i++) {
          int t = start + i;
          System.arraycopy(
              items, 3 + batch.tokenItem[t] * width, input.itemVectors, i * width, width);
          input.type[i] = batch.tokenType[t];
          input.gap[i] = batch.tokenGap[t];
          input.context[i] = batch.tokenContext[t];
        }
        serving.encodeSession(input, out, workspace);
        for (int d = 0; d < width; d++) {
          assertThat(out[d]).isCloseTo(model.sessionVectors()[p * width + d], offset(1e-5f));
        }
      }
    }
  }

  /** With all ids dropped, in training and in serving, nothing depends on what an id's row says. */
  @Test
  void withoutIdsTheirRowsAreNeitherReadNorLearned() {
    ModelOptions options = GradientTest.options(1, Pooling.LAST, false, true);
    int idSlot = options.itemColumns().get(options.idColumn()).slot();
    int dim = options.itemColumns().get(options.idColumn()).dim();
    SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), 4);
    GradientTest.scatter(model);
    RandomBatch random = new RandomBatch(options, 9, 21, 15, 5, 8);
    model.forward(random.batch, random.rows);
    float[] before = model.itemVectors().clone();
    float[] ids = random.rows.values[idSlot];
    for (int i = dim; i < ids.length; i++) {
      ids[i] = -3 * ids[i] + 1;
    }
    model.forward(random.batch, random.rows);
    assertThat(model.itemVectors()).isEqualTo(before);
    float[] served = new float[random.batch.items.records * options.width()];
    model.publish().encodeItems(random.batch.items, random.rows, served, 0, new Workspace());
    assertThat(served).isEqualTo(Arrays.copyOf(before, served.length));
    random.zeroGradients();
    model.backward(random.batch, random.rows);
    float[] gradients = random.rows.gradients[idSlot];
    assertThat(Arrays.copyOfRange(gradients, dim, gradients.length)).containsOnly(0);
    assertThat(Arrays.copyOf(gradients, dim)).doesNotContain(0);
  }

  /** Several sessions in one call, the same to the bit as one by one, however long each is. */
  @Test
  void servingEncodesSessionsTogetherAsAlone() {
    int width = OPTIONS.width();
    int most = OPTIONS.maxSessionLength();
    int[] ends = {most - 1, most, 2 * most, 3 * most - 2};
    int tokens = ends[3];
    ServingModel serving = model(1).publish();
    SessionInput all = new SessionInput(new FeatureBlock(2), new GatheredRows(new int[5]));
    SessionInput one = new SessionInput(new FeatureBlock(2), new GatheredRows(new int[5]));
    all.begin(tokens, width);
    java.util.Random random = new java.util.Random(3);
    for (int i = 0; i < tokens * width; i++) {
      all.itemVectors[i] = (float) random.nextGaussian();
    }
    java.util.Arrays.fill(all.context, -1);
    for (int t = 0; t < tokens; t++) {
      all.type[t] = random.nextInt(OPTIONS.eventTypes());
    }
    for (int end : ends) {
      all.endSession(end);
    }
    Workspace workspace = new Workspace();
    float[] together = new float[ends.length * width];
    serving.encodeSession(all, together, workspace);
    float[] alone = new float[width];
    int from = 0;
    for (int s = 0; s < ends.length; s++) {
      int length = ends[s] - from;
      one.resize(length, width);
      java.util.Arrays.fill(one.context, -1);
      System.arraycopy(all.itemVectors, from * width, one.itemVectors, 0, length * width);
      System.arraycopy(all.type, from, one.type, 0, length);
      serving.encodeSession(one, alone, workspace);
      assertThat(Arrays.copyOfRange(together, s * width, (s + 1) * width)).isEqualTo(alone);
      from = ends[s];
    }
  }

  @Test
  void servingRefusesWhatItCannotEncode() {
    ServingModel serving = model(1).publish();
    SessionInput input = new SessionInput(new FeatureBlock(2), new GatheredRows(new int[5]));
    float[] out = new float[OPTIONS.width()];
    Workspace workspace = new Workspace();
    assertThatThrownBy(() -> serving.encodeSession(input, out, workspace))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 tokens");
    input.resize(OPTIONS.maxSessionLength() + 1, OPTIONS.width());
    assertThatThrownBy(() -> serving.encodeSession(input, out, workspace))
        .hasMessageContaining("expected 1 to " + OPTIONS.maxSessionLength());
    input.resize(1, OPTIONS.width());
    input.type[0] = 77;
    assertThatThrownBy(() -> serving.encodeSession(input, out, workspace))
        .hasMessageContaining("77");
    input.type[0] = 0;
    input.gap[0] = -1;
    assertThatThrownBy(() -> serving.encodeSession(input, out, workspace))
        .hasMessageContaining("-1");
  }

  /** Fifty sessions learned by heart: Recall@1 above 99%. */
  @Test
  void overfits() {
    ModelOptions options =
        ModelOptions.builder()
            .width(32)
            .layers(2)
            .heads(2)
            .feedForwardWidth(64)
            .maxSessionLength(8)
            .temperature(16)
            .eventTypes(2)
            .gapBuckets(2)
            .itemColumns(List.of(new FeatureColumn("id", 0, 32)), 0)
            .build();
    DenseOptimizerOptions optimizer =
        DenseOptimizerOptions.defaults()
            .with(o -> o.weightDecay(0).warmUpSteps(10).decaySteps(0).fullBatch(0));
    SessionModel model = new SessionModel(options, optimizer, 3);
    RandomBatch random = memorable(options);
    TrainingBatch batch = random.batch;
    batch.signalItem = new int[0];
    batch.ownItem = new int[0];
    batch.certain = new int[0];
    double loss = 0;
    for (int n = 0; n < 400; n++) {
      random.zeroGradients();
      model.forward(batch, random.rows);
      loss = model.backward(batch, random.rows);
      assertThat(model.step()).isTrue();
      for (int i = 0; i < random.rows.values[0].length; i++) {
        random.rows.values[0][i] -= 0.002f * random.rows.gradients[0][i];
      }
    }
    assertThat(loss).isLessThan(0.1);
    model.forward(batch, random.rows);
    int right = 0;
    for (int p = 0; p < batch.predictions; p++) {
      if (best(model, batch, p) == batch.predictionTarget[p]) {
        right++;
      }
    }
    assertThat(right).isGreaterThan((int) (0.99 * batch.predictions));
  }

  private static RandomBatch memorable(ModelOptions options) {
    int items = 120;
    RandomBatch random = new RandomBatch(options, 50, items, items, 1, 17);
    TrainingBatch batch = random.batch;
    Random r = new Random(2);
    random.rows.rows[0] = items;
    random.rows.values[0] = new float[items * 32];
    random.rows.gradients[0] = new float[items * 32];
    for (int i = 0; i < items * 32; i++) {
      random.rows.values[0][i] = (float) r.nextGaussian();
    }
    for (int i = 0; i < items; i++) {
      batch.items.start[i + 1] = i + 1;
      batch.items.row[i] = i;
      batch.items.weight[i] = 1;
    }
    java.util.Arrays.fill(batch.candidateLogQ, 0);
    java.util.Arrays.fill(batch.candidatePrior, 0);
    // Sessions start with an item of their own, so that what follows can be known.
    batch.predictions = 0;
    for (int s = 0; s < batch.sessions; s++) {
      batch.tokenItem[batch.sessionStart[s]] = s;
      for (int t = batch.sessionStart[s]; t < batch.sessionStart[s + 1]; t++) {
        int p = batch.predictions++;
        batch.predictionToken[p] = t;
        batch.predictionTarget[p] =
            t + 1 < batch.sessionStart[s + 1] ? batch.tokenItem[t + 1] : items - 1 - s;
        batch.predictionWeight[p] = 1;
      }
    }
    return random;
  }

  private static int best(SessionModel model, TrainingBatch batch, int p) {
    int width = model.options().width();
    int best = -1;
    float highest = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < batch.candidates; v++) {
      float score = 0;
      for (int d = 0; d < width; d++) {
        score += model.sessionVectors()[p * width + d] * model.itemVectors()[v * width + d];
      }
      if (score > highest) {
        highest = score;
        best = v;
      }
    }
    return best;
  }
}
