package dev.dolmen.model;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.data.VectorBlock;
import java.util.Random;

/** A batch of random sessions of unequal length with random features. */
final class RandomBatch {
  /** Tokens of a session at most, but for the first session, which is as long as can be. */
  static final int LENGTH_MAX = 5;

  final TrainingBatch batch;
  final GatheredRows rows;

  RandomBatch(ModelOptions options, int sessions, int items, int candidates, int slots, long seed) {
    Random random = new Random(seed);
    int itemColumns = options.itemColumns().size();
    int contextColumns = options.contextColumns().size();
    int[] dimensions =
        options.itemColumns().stream()
            .mapToInt(FeatureColumn::dimension)
            .filter(d -> d > 0)
            .toArray();
    batch = new TrainingBatch(itemColumns, contextColumns, dimensions);
    int[] dim = new int[slots];
    options.itemColumns().forEach(c -> dim[c.slot()] = c.dim());
    options.contextColumns().forEach(c -> dim[c.slot()] = c.dim());
    rows = new GatheredRows(dim);
    for (int s = 0; s < slots; s++) {
      rows.rows[s] = 9;
      rows.values[s] = new float[9 * dim[s]];
      rows.gradients[s] = new float[9 * dim[s]];
      for (int i = 0; i < rows.values[s].length; i++) {
        rows.values[s][i] = 0.3f * (float) random.nextGaussian();
      }
    }
    int idSlot = options.itemColumns().get(options.idColumn()).slot();
    rows.markUnadmitted(idSlot, row -> row % 3 > 0);
    fill(batch.items, items, random);
    fill(batch.contexts, 4, random);
    tokens(options, sessions, items, random);
    batch.candidates = candidates;
    batch.candidateLogQ = new float[candidates];
    batch.candidatePrior = new float[candidates];
    batch.candidateLogChance = new float[candidates];
    for (int v = 0; v < candidates; v++) {
      batch.candidateLogQ[v] = (float) random.nextGaussian();
      batch.candidatePrior[v] = random.nextFloat() * 3;
      batch.candidateLogChance[v] = v % 5 == 0 ? 0 : -3 * random.nextFloat();
    }
    predictions(candidates, random);
    shown(items, random);
    ownCandidates(items, random);
    signals(candidates, random);
    certain(candidates);
    batch.number = seed;
    vectors(options, items, random);
  }

  /** Vectors of length 1 for two thirds of the items; columns of vectors have no entries. */
  private void vectors(ModelOptions options, int items, Random random) {
    for (VectorBlock block : batch.items.vectors) {
      for (int i = 0; i < items; i++) {
        block.add(i);
        block.present[i] = i % 3 > 0;
        double squares = 0;
        for (int d = 0; d < block.dimension && block.present[i]; d++) {
          float number = (float) random.nextGaussian();
          block.numbers[i * block.dimension + d] = number;
          squares += number * number;
        }
        for (int d = 0; d < block.dimension && block.present[i]; d++) {
          block.numbers[i * block.dimension + d] /= (float) Math.sqrt(squares);
        }
      }
    }
    for (int c = 0; c < options.itemColumns().size() && batch.items.vectors.length > 0; c++) {
      for (int i = 0; i < items && options.itemColumns().get(c).dimension() > 0; i++) {
        empty(batch.items, i * batch.items.columns + c);
      }
    }
  }

  private static void empty(FeatureBlock block, int cell) {
    int from = block.start[cell];
    int entries = block.start[cell + 1] - from;
    int rest = block.row.length - from - entries;
    System.arraycopy(block.row, from + entries, block.row, from, rest);
    System.arraycopy(block.weight, from + entries, block.weight, from, rest);
    for (int after = cell + 1; after < block.start.length; after++) {
      block.start[after] -= entries;
    }
  }

  /** Has the batch learn from a share of its items as if they were new. */
  RandomBatch asNew(float share) {
    Random random = new Random(batch.number);
    batch.asNew = new boolean[batch.items.records];
    batch.anyAsNew = false;
    for (int i = 0; i < batch.asNew.length; i++) {
      batch.asNew[i] = random.nextFloat() < share;
      batch.anyAsNew |= batch.asNew[i];
    }
    return this;
  }

  /** What the backward takes as new. */
  boolean[] itemsAsNew() {
    return batch.anyAsNew ? batch.asNew : new boolean[0];
  }

  private static void fill(FeatureBlock block, int records, Random random) {
    block.records = records;
    block.start = new int[records * block.columns + 1];
    block.row = new int[records * block.columns * 3];
    block.weight = new float[block.row.length];
    int at = 0;
    for (int cell = 0; cell < records * block.columns; cell++) {
      int entries = random.nextInt(4);
      for (int e = 0; e < entries; e++) {
        block.row[at] = random.nextInt(9);
        block.weight[at++] = 0.2f + random.nextFloat();
      }
      block.start[cell + 1] = at;
    }
  }

  private void tokens(ModelOptions options, int sessions, int items, Random random) {
    batch.sessions = sessions;
    batch.sessionStart = new int[sessions + 1];
    for (int s = 0; s < sessions; s++) {
      int length = s == 0 ? options.maxSessionLength() : 1 + random.nextInt(LENGTH_MAX);
      batch.sessionStart[s + 1] = batch.sessionStart[s] + length;
    }
    int tokens = batch.tokens();
    batch.tokenItem = new int[tokens];
    batch.tokenType = new int[tokens];
    batch.tokenGap = new int[tokens];
    batch.tokenContext = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      batch.tokenItem[t] = random.nextInt(items);
      batch.tokenType[t] = random.nextInt(options.eventTypes());
      batch.tokenGap[t] = random.nextInt(options.gapBuckets());
      batch.tokenContext[t] = random.nextInt(5) - 1;
    }
  }

  private void predictions(int candidates, Random random) {
    int tokens = batch.tokens();
    batch.predictionToken = new int[2 * tokens];
    batch.predictionTarget = new int[tokens];
    batch.predictionWeight = new float[tokens];
    for (int t = 0; t < tokens; t++) {
      if (random.nextInt(4) > 0) {
        int p = batch.predictions++;
        batch.predictionToken[p] = t;
        batch.predictionTarget[p] = random.nextInt(candidates);
        batch.predictionWeight[p] = p % 3 == 0 ? 1 : 0.5f + random.nextFloat();
      }
    }
  }

  /** Some moments at which three items were shown. */
  private void shown(int items, Random random) {
    int tokens = batch.tokens();
    batch.shownQuery = new int[3 * tokens];
    batch.shownItem = new int[3 * tokens];
    batch.shownPosition = new int[3 * tokens];
    batch.shownClicked = new boolean[3 * tokens];
    batch.shownWeight = new float[3 * tokens];
    batch.shownLogRate = new float[3 * tokens];
    for (int t = 0; t < tokens; t++) {
      if (random.nextInt(3) > 0) {
        continue;
      }
      batch.predictionToken[batch.queries()] = t;
      for (int i = 0; i < 3; i++) {
        int n = batch.shown++;
        batch.shownQuery[n] = batch.queries();
        batch.shownItem[n] = random.nextInt(items);
        batch.shownPosition[n] = 17 * i;
        batch.shownClicked[n] = random.nextInt(3) == 0;
        batch.shownWeight[n] = 0.5f + random.nextFloat();
        batch.shownLogRate[n] = -random.nextFloat();
      }
      batch.shownQueries++;
    }
  }

  /** Up to two candidates of its own for each prediction. */
  private void ownCandidates(int items, Random random) {
    batch.ownStart = new int[batch.predictions + 1];
    batch.ownItem = new int[2 * batch.predictions];
    batch.ownPrior = new float[2 * batch.predictions];
    int at = 0;
    for (int p = 0; p < batch.predictions; p++) {
      for (int own = p % 3; own > 0; own--) {
        batch.ownItem[at] = random.nextInt(items);
        batch.ownPrior[at++] = random.nextFloat();
      }
      batch.ownStart[p + 1] = at;
    }
  }

  /** Signals for half of all candidates, those of a prediction's own among them. */
  private void signals(int candidates, Random random) {
    int most = batch.predictions * (candidates + 2);
    batch.signalStart = new int[batch.predictions + 1];
    batch.signalItem = new int[most];
    batch.signalFeatures = new float[SignalFeatures.COUNT][most];
    batch.signalOffset = new float[most];
    int at = 0;
    for (int p = 0; p < batch.predictions; p++) {
      int all = candidates + batch.ownStart[p + 1] - batch.ownStart[p];
      for (int v = p % 2; v < all; v += 2) {
        for (int f = 0; f < SignalFeatures.COUNT; f++) {
          batch.signalFeatures[f][at] = (float) random.nextGaussian();
        }
        batch.signalItem[at] = v;
        batch.signalOffset[at++] = (float) random.nextGaussian();
      }
      batch.signalStart[p + 1] = at;
    }
  }

  /** Every sixth candidate, none of which has a signal. */
  private void certain(int candidates) {
    batch.certainStart = new int[batch.predictions + 1];
    batch.certain = new int[batch.predictions * candidates];
    int at = 0;
    for (int p = 0; p < batch.predictions; p++) {
      for (int v = 1 - p % 2; v < candidates; v += 6) {
        batch.certain[at++] = v;
      }
      batch.certainStart[p + 1] = at;
    }
  }

  void zeroGradients() {
    for (float[] gradients : rows.gradients) {
      java.util.Arrays.fill(gradients, 0);
    }
  }
}
