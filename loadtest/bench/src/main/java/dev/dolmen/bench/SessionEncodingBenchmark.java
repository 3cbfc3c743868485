package dev.dolmen.bench;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
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

/** The forward pass of one session, as every request runs it, at the product's default shape. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class SessionEncodingBenchmark {
  private static final int WIDTH = 64;
  private static final long SEED = 1;

  @Param({"1", "5", "20"})
  public int events;

  private ServingModel model;
  private SessionInput session;
  private float[] out;
  private Workspace workspace;

  /** A model with random parameters and a session of random item vectors. */
  @Setup
  public void prepare() {
    ModelOptions options =
        ModelOptions.builder()
            .width(WIDTH)
            .layers(2)
            .heads(2)
            .feedForwardWidth(128)
            .maxSessionLength(20)
            .idDropout(0.1f)
            .eventTypes(7)
            .gapBuckets(16)
            .itemColumns(List.of(new FeatureColumn("item_id", 0, WIDTH)), 0)
            .build();
    model = new SessionModel(options, DenseOptimizerOptions.defaults(), SEED).publish();
    session = new SessionInput(new FeatureBlock(0), new GatheredRows(new int[] {WIDTH}));
    session.resize(events, WIDTH);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < events * WIDTH; i++) {
      session.itemVectors[i] = (float) ((random.nextDouble() - 0.5) / Math.sqrt(WIDTH));
    }
    Arrays.fill(session.type, 1);
    Arrays.fill(session.context, -1);
    out = new float[WIDTH];
    workspace = new Workspace();
  }

  /** One session. */
  @Benchmark
  public float[] encodeSession() {
    model.encodeSession(session, out, workspace);
    return out;
  }
}
