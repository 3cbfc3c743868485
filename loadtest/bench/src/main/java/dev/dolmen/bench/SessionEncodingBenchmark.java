package dev.dolmen.bench;

import dev.dolmen.bench.model.EncodeShape;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.SessionInput;
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

  @Param({"1", "5", "20"})
  public int events;

  private ServingModel model;
  private SessionInput session;
  private float[] out;
  private Workspace workspace;

  /** A model with random parameters and a session of random item vectors. */
  @Setup
  public void prepare() {
    EncodeShape shape = new EncodeShape(WIDTH, events, 1);
    model = shape.model().publish();
    session = shape.sessions();
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
