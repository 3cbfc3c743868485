package dev.dolmen.parameterstore.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers against the writer on a small, hot slot whose rows are updated, evicted and expired
 * without pause, so that their space goes from fid to fid all the time.
 *
 * <p>Every row says whose it is and which version: plain gradient descent with rate 1 and first
 * weights of 0 keeps all weights of a row at {@code fid * 1,024 + version}, exact in floats. A torn
 * row has unequal weights, a foreign one another fid.
 */
class ConcurrentReadTest {
  private static final int DIM = 67;
  private static final int FIDS = 300;
  private static final int MAX_ROWS = 100;
  private static final int VERSIONS = 1_024;
  private static final int WRITER_STEPS = 60_000;
  private static final int READERS = 2;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  @Test
  void noReaderSeesATornOrForeignRow() throws Exception {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
    RowOptions options = new RowOptions(DIM, 1, 50, MAX_ROWS, sgd, 0);
    try (EmbeddingTable table =
            ChronicleEmbeddingTable.open(directory, EmbeddingTableContract.one(options), 3);
        ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      CountDownLatch done = new CountDownLatch(1);
      List<Future<Long>> readers =
          IntStream.range(0, READERS)
              .mapToObj(i -> threads.submit(() -> readUntil(done, table, i)))
              .toList();
      try {
        write(table);
      } finally {
        done.countDown();
      }
      long own = 0;
      for (Future<Long> reader : readers) {
        own += reader.get();
      }
      assertThat(own).as("rows of their own that were read").isPositive();
      assertThat(table.statistics(0).evicted()).isGreaterThan(10_000);
      assertThat(table.statistics(0).expired()).isGreaterThan(1_000);
    }
  }

  /** The memory is unmapped only when no reader is inside: else this ends the process. */
  @Test
  void closingWaitsForReadersAndRefusesLaterOnes() throws Exception {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
    RowOptions options = new RowOptions(DIM, 1, 0, 5_000, sgd, 0);
    long[] fids = LongStream.range(0, 5_000).toArray();
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      for (int round = 0; round < 20; round++) {
        EmbeddingTable table =
            ChronicleEmbeddingTable.open(directory, EmbeddingTableContract.one(options), 3);
        table.gatherForTraining(
            0,
            fids,
            EmbeddingTableContract.ones(fids.length),
            0,
            fids.length,
            1,
            new float[fids.length * DIM],
            0);
        CountDownLatch reading = new CountDownLatch(READERS);
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
          readers.add(threads.submit(() -> readUntilClosed(table, fids, reading)));
        }
        reading.await();
        table.close();
        table.close();
        for (Future<?> reader : readers) {
          reader.get();
        }
        assertThatThrownBy(() -> table.expire(1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> table.contains(0, 1)).hasMessage("the table is closed");
      }
    }
  }

  private static void readUntilClosed(EmbeddingTable table, long[] fids, CountDownLatch reading) {
    float[] rows = new float[fids.length * DIM];
    try {
      while (true) {
        table.gather(0, fids, 0, fids.length, rows, 0);
        reading.countDown();
      }
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("the table is closed");
    }
  }

  private static void write(EmbeddingTable table) {
    SplittableRandom random = new SplittableRandom(1);
    float[] row = new float[DIM];
    float[] gradient = new float[DIM];
    long second = 1_000;
    for (int step = 0; step < WRITER_STEPS; step++) {
      long fid = 1L + random.nextInt(FIDS);
      EmbeddingTableContract.see(table, fid, 1, second, row);
      float first = row[0] == 0 ? fid * VERSIONS : 0;
      Arrays.fill(gradient, -(first + (row[0] % VERSIONS < VERSIONS - 1 ? 1 : 0)));
      table.applyGradients(0, new long[] {fid}, 0, 1, gradient, 0);
      second += random.nextInt(10) == 0 ? 1 : 0;
      if (step % 500 == 0) {
        second += 45;
      }
      table.expire(second, 5);
    }
  }

  private static long readUntil(CountDownLatch done, EmbeddingTable table, int seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed + 100);
    long[] fids = new long[90];
    float[] rows = new float[fids.length * DIM];
    long own = 0;
    while (done.getCount() > 0) {
      for (int i = 0; i < fids.length; i++) {
        fids[i] = 1L + random.nextInt(FIDS);
      }
      own += table.gather(0, fids, 0, fids.length, rows, 0);
      for (int i = 0; i < fids.length; i++) {
        check(fids[i], rows, i * DIM);
      }
    }
    return own;
  }

  private static void check(long fid, float[] rows, int at) throws IOException {
    float first = rows[at];
    for (int i = 1; i < DIM; i++) {
      if (rows[at + i] != first) {
        throw new IOException("torn row of fid " + fid + ": " + first + ", " + rows[at + i]);
      }
    }
    // A row that was just admitted, or the out-of-vocabulary row, holds zeros.
    if (first != 0 && (int) (first / VERSIONS) != fid) {
      throw new IOException("fid " + fid + " got a row of fid " + (int) (first / VERSIONS));
    }
  }
}
