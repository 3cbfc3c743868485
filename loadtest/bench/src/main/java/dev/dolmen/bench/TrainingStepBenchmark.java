package dev.dolmen.bench;

import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TrainingBatch;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of the dense model and the gradients of the rows, without the table: 140
 * sessions of five events, of which the last two are new, 256 predictions over 1,024 candidates,
 * two layers, width 64.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class TrainingStepBenchmark {
  private static final int WIDTH = 64;
  private static final int SESSIONS = 140;
  private static final int EVENTS = 5;
  private static final int PREDICTIONS = 256;
  private static final int CANDIDATES = 1024;
  private static final int ITEMS = 1400;
  private static final int CATEGORIES = 200;
  private static final long SEED = 1;

  /** Share of items that are learned from as new; above 0 the backward repeats the forward. */
  @Param({"0", "0.1"})
  public float newness;

  private SessionModel model;
  private TrainingBatch batch;
  private GatheredRows rows;

  /** A random batch. */
  @Setup
  public void prepare() {
    ModelOptions options =
        ModelOptions.builder()
            .width(WIDTH)
            .layers(2)
            .heads(2)
            .feedForwardWidth(128)
            .maxSessionLength(20)
            .eventTypes(7)
            .gapBuckets(16)
            .itemColumns(
                List.of(
                    new FeatureColumn("category", 0, 16), new FeatureColumn("item_id", 1, WIDTH)),
                1)
            .build();
    model = new SessionModel(options, DenseOptimizerOptions.defaults(), SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    rows = new GatheredRows(new int[] {16, WIDTH});
    rows(0, CATEGORIES, random);
    rows(1, ITEMS + 1, random);
    batch = new TrainingBatch(2, 0);
    items(random);
    sessions(random);
  }

  private void rows(int slot, int count, SplittableRandom random) {
    rows.rows[slot] = count;
    rows.values[slot] = new float[count * rows.dim[slot]];
    rows.gradients[slot] = new float[count * rows.dim[slot]];
    for (int i = 0; i < rows.values[slot].length; i++) {
      rows.values[slot][i] = 0.1f * (float) random.nextGaussian();
    }
  }

  private void items(SplittableRandom random) {
    batch.items.records = ITEMS;
    batch.items.start = new int[2 * ITEMS + 1];
    batch.items.row = new int[2 * ITEMS];
    batch.items.weight = new float[2 * ITEMS];
    Arrays.fill(batch.items.weight, 1);
    for (int i = 0; i < ITEMS; i++) {
      batch.items.row[2 * i] = random.nextInt(CATEGORIES);
      batch.items.row[2 * i + 1] = 1 + i;
      batch.items.start[2 * i + 1] = 2 * i + 1;
      batch.items.start[2 * i + 2] = 2 * i + 2;
    }
    batch.asNew = new boolean[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      batch.asNew[i] = random.nextDouble() < newness;
      batch.anyAsNew |= batch.asNew[i];
    }
    batch.candidates = CANDIDATES;
    batch.candidateLogQ = new float[CANDIDATES];
    batch.candidatePrior = new float[CANDIDATES];
  }

  private void sessions(SplittableRandom random) {
    int tokens = SESSIONS * EVENTS;
    batch.sessions = SESSIONS;
    batch.sessionStart = new int[SESSIONS + 1];
    batch.tokenItem = random.ints(tokens, 0, ITEMS).toArray();
    batch.tokenType = new int[tokens];
    batch.tokenGap = new int[tokens];
    batch.tokenContext = new int[tokens];
    Arrays.fill(batch.tokenContext, -1);
    batch.predictionToken = new int[PREDICTIONS];
    batch.predictionTarget = random.ints(PREDICTIONS, 0, CANDIDATES).toArray();
    batch.predictionWeight = new float[PREDICTIONS];
    Arrays.fill(batch.predictionWeight, 1);
    for (int s = 0; s < SESSIONS; s++) {
      batch.sessionStart[s + 1] = (s + 1) * EVENTS;
      for (int i = 2; i > 0 && batch.predictions < PREDICTIONS; i--) {
        batch.predictionToken[batch.predictions++] = (s + 1) * EVENTS - i;
      }
    }
  }

  /** Forward, backward, step. */
  @Benchmark
  public boolean step() {
    for (float[] gradients : rows.gradients) {
      Arrays.fill(gradients, 0);
    }
    batch.number++;
    model.forward(batch, rows);
    model.backward(batch, rows);
    return model.step();
  }

  /** The forward alone, which validation before learning needs. */
  @Benchmark
  public float[] forward() {
    model.forward(batch, rows);
    return model.sessionVectors();
  }
}
