package dev.dolmen.bench;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.kernel.KernelScratch;
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
 * Scores of every item of a catalogue for one session, the bulk of a recommendation: the product's
 * scan, the same for four sessions sharing the pass, and a plain loop over a plain array as the
 * peer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class TopKScanBenchmark {
  private static final int WIDTH = 64;
  private static final int QUERIES = 4;
  private static final long SEED = 1;

  @Param({"10000", "100000"})
  public int items;

  private ItemVectors vectors;
  private float[] plain;
  private float[] queries;
  private final KernelScratch scratch = new KernelScratch();
  private float[] scores;

  /** Random vectors. */
  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(SEED);
    vectors = new ItemVectors(WIDTH);
    plain = new float[items * WIDTH];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (float) (random.nextDouble() - 0.5);
    }
    for (int i = 0; i < items; i++) {
      vectors.put(i, plain, i * WIDTH);
    }
    queries = new float[QUERIES * WIDTH];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (float) (random.nextDouble() - 0.5);
    }
    scores = new float[QUERIES * ItemVectors.aligned(items)];
  }

  /** One session. */
  @Benchmark
  public float[] oneQuery() {
    vectors.scores(queries, 0, 0, items, scores, 0);
    return scores;
  }

  /** Four sessions in one pass; the time is for all four. */
  @Benchmark
  public float[] fourQueries() {
    vectors.scores(queries, 0, QUERIES, 0, items, scores, 0, ItemVectors.aligned(items), scratch);
    return scores;
  }

  /** One session, a loop that anybody would write. */
  @Benchmark
  public float[] plainLoop() {
    for (int i = 0; i < items; i++) {
      float sum = 0;
      for (int d = 0; d < WIDTH; d++) {
        sum += plain[i * WIDTH + d] * queries[d];
      }
      scores[i] = sum;
    }
    return scores;
  }
}
