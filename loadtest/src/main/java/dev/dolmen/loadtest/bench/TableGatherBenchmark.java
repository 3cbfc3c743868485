package dev.dolmen.loadtest.bench;

import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.table.ChronicleEmbeddingTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Embedding rows of 64 floats copied out of the table, uniform random ids: the product's table, and
 * a {@code HashMap} of arrays as the peer. Time is per row.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class TableGatherBenchmark {
  private static final int DIM = 64;
  private static final int BATCH = 1_024;
  private static final int BATCHES = 64;
  private static final long EVENT_TIME_SEC = 1_700_000_000;
  private static final long SEED = 1;

  @Param({"100000", "1000000"})
  public int rows;

  private Path directory;
  private ChronicleEmbeddingTable table;
  private Map<Long, float[]> map;
  private long[][] fids;
  private float[] out;
  private int next;

  /** Fills both with the same ids. */
  @Setup
  public void prepare() throws IOException {
    directory = Files.createTempDirectory("dolmen-bench-");
    table = ChronicleEmbeddingTable.open(directory, schema(rows), SEED);
    map = new HashMap<>();
    out = new float[BATCH * DIM];
    int[] once = new int[BATCH];
    Arrays.fill(once, 1);
    long[] batch = new long[BATCH];
    for (int from = 0; from < rows; from += BATCH) {
      int n = Math.min(BATCH, rows - from);
      for (int i = 0; i < n; i++) {
        batch[i] = fid(from + i);
        map.put(batch[i], new float[DIM]);
      }
      table.gatherForTraining(0, batch, once, 0, n, EVENT_TIME_SEC, out, 0);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    fids = new long[BATCHES][BATCH];
    for (long[] some : fids) {
      Arrays.setAll(some, i -> fid(random.nextInt(rows)));
    }
  }

  private static long fid(int row) {
    return (row + 1) * 0x9E3779B97F4A7C15L;
  }

  private static Schema schema(int rows) {
    RowOptions options =
        new RowOptions(
            DIM,
            1,
            0,
            rows,
            new SparseOptimizerOptions(
                SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0),
            0.05f);
    return new Schema(
        List.of(new Slot("id", SlotKind.ID, false, 1, 1, KnotScale.LOG, 0.5, options)));
  }

  /** Deletes the table's files. */
  @TearDown
  public void clean() throws IOException {
    table.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The product's table. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public float[] table() {
    table.gather(0, fids[next++ % BATCHES], 0, BATCH, out, 0);
    return out;
  }

  /** A map of arrays. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public float[] hashMap() {
    long[] batch = fids[next++ % BATCHES];
    for (int i = 0; i < BATCH; i++) {
      float[] row = map.get(batch[i]);
      if (row != null) {
        System.arraycopy(row, 0, out, i * DIM, DIM);
      }
    }
    return out;
  }
}
