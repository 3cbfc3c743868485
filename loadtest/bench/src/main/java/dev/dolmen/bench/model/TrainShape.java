package dev.dolmen.bench.model;

import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.TrainingBatch;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What is trained on: sessions of which every position but the last predicts the next.
 *
 * @param encode the sessions
 * @param negatives candidates beside the sessions' items; 0 for a full softmax over {@code items}
 * @param items in the catalogue
 */
record TrainShape(EncodeShape encode, int negatives, int items) {
  @Override
  public String toString() {
    return encode + (negatives == 0 ? " full " + items : " sampled " + negatives);
  }

  int candidates() {
    return negatives == 0 ? items : encode.tokens() + negatives;
  }

  int predictions() {
    return encode.batch() * (encode.length() - 1);
  }

  /** A row per candidate; row 0 is the out-of-vocabulary row. */
  GatheredRows rows() {
    int width = encode.width();
    GatheredRows rows = new GatheredRows(new int[] {width});
    rows.rows[0] = candidates() + 1;
    int floats = (candidates() + 1) * width;
    rows.values[0] = Numbers.gaussian(floats, 0.1, new SplittableRandom(EncodeShape.SEED));
    rows.gradients[0] = new float[floats];
    return rows;
  }

  TrainingBatch batch() {
    SplittableRandom random = new SplittableRandom(EncodeShape.SEED);
    TrainingBatch batch = new TrainingBatch(1, 0);
    int count = candidates();
    batch.items.records = count;
    batch.items.start = new int[count + 1];
    batch.items.row = new int[count];
    batch.items.weight = new float[count];
    Arrays.fill(batch.items.weight, 1);
    for (int i = 0; i < count; i++) {
      batch.items.row[i] = i + 1;
      batch.items.start[i + 1] = i + 1;
    }
    batch.candidates = count;
    batch.candidateLogQ = Numbers.gaussian(count, 1, random);
    sessions(batch, negatives == 0 ? items : encode.tokens(), random);
    return batch;
  }

  private void sessions(TrainingBatch batch, int seen, SplittableRandom random) {
    int tokens = encode.tokens();
    batch.sessions = encode.batch();
    batch.sessionStart = new int[batch.sessions + 1];
    batch.tokenItem = random.ints(tokens, 0, seen).toArray();
    batch.tokenType = random.ints(tokens, 0, encode.options().eventTypes()).toArray();
    batch.tokenGap = random.ints(tokens, 0, encode.options().gapBuckets()).toArray();
    batch.tokenContext = new int[tokens];
    Arrays.fill(batch.tokenContext, -1);
    batch.predictionToken = new int[predictions()];
    batch.predictionTarget = new int[predictions()];
    batch.predictionWeight = new float[predictions()];
    Arrays.fill(batch.predictionWeight, 1);
    for (int s = 0; s < batch.sessions; s++) {
      int start = s * encode.length();
      batch.sessionStart[s + 1] = start + encode.length();
      for (int t = start; t < start + encode.length() - 1; t++) {
        batch.predictionToken[batch.predictions] = t;
        batch.predictionTarget[batch.predictions++] = batch.tokenItem[t + 1];
      }
    }
  }
}
