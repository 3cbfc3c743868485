package dev.dolmen.bench.table;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * The calls that JMH times, on the table of this process. Not for {@code dolmen bench NAME}: {@link
 * TableBenchProcess} fills the table and says what is asked of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class TableOperations {
  /** What the next run of JMH is to measure. */
  record Workload(RowTable table, TablePoint point, int dim, List<long[]> pools) {}

  private static volatile @Nullable Workload current;

  private RowTable.RowSession session;
  private long[] pool;
  private int batch;
  private int next;
  private float[] rows;
  private float[] gradients;

  static void measure(Workload workload) {
    current = workload;
  }

  /** A thread's session and keys. */
  @Setup
  public void prepare(ThreadParams threads) throws IOException {
    Workload workload = current;
    if (workload == null) {
      throw new IllegalStateException("run by dolmen bench table only");
    }
    session = workload.table.session();
    pool = workload.pools.get(threads.getThreadIndex());
    batch = workload.point.batch();
    rows = new float[batch * workload.dim];
    gradients = gradients(rows.length);
    next = 0;
  }

  static float[] gradients(int floats) {
    SplittableRandom random = new SplittableRandom(5);
    float[] gradients = new float[floats];
    for (int i = 0; i < floats; i++) {
      gradients[i] = (float) (0.1 * random.nextGaussian());
    }
    return gradients;
  }

  /** Ends the session. */
  @TearDown
  public void end() throws IOException {
    session.close();
  }

  private int from() {
    int from = next;
    next = from + 2 * batch > pool.length ? 0 : from + batch;
    return from;
  }

  /** A batch of look-ups. */
  @Benchmark
  public int find() throws IOException {
    return session.find(pool, from(), batch, rows);
  }

  /** A batch of optimiser steps. */
  @Benchmark
  public void update() throws IOException {
    session.update(pool, from(), batch, gradients);
  }
}
