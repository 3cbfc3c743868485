package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers against the writer, whose rows are updated, evicted and expired without pause, so that
 * their space goes from fid to fid all the time: on a small, hot slot, and on one that grows
 * through several maps and copies of its index' stripes, is emptied by expiry and grows again.
 *
 * <p>Every row says whose it is and which version: plain gradient descent with rate 1 and first
 * weights of 0 keeps all weights of a row at {@code fid * versions + version}, exact in floats. A
 * torn row has unequal weights, a foreign one another fid. Rows in fewer bits hold fewer numbers
 * exactly, so of those there are fewer fids and versions.
 *
 * <p>Prints how much was done. {@code -Dstress.seconds=60} goes on for so long in each scenario.
 */
class ConcurrentReadTest {
  private static final int DIM = 67;
  private static final int READERS = 2;

  /**
   * What the writer does.
   *
   * @param fids it draws from
   * @param storage of the rows
   * @param versions of a row at most; the storage is exact below {@code (fids + 1) * versions}
   * @param steps of the writer at least
   * @param emptyEvery so many steps, time jumps beyond every row's time to live
   */
  private record Scenario(
      String name,
      WeightStorage storage,
      int fids,
      int maxRows,
      long ttlSec,
      int versions,
      int steps,
      int emptyEvery) {
    /** Whether many fids take turns in few rows. */
    boolean hot() {
      return maxRows <= 100;
    }
  }

  private static final Scenario GROWING =
      new Scenario("growing", WeightStorage.FP32, 100_000, 20_000, 100_000, 128, 120_000, 50_000);

  private static Scenario hot(WeightStorage storage) {
    return switch (storage) {
      case FP32 -> new Scenario("hot", storage, 300, 100, 50, 1_024, 60_000, 60_000);
      case BF16 -> new Scenario("hot, bf16", storage, 60, 20, 30, 4, 60_000, 60_000);
      case INT8 -> new Scenario("hot, int8", storage, 30, 10, 30, 4, 60_000, 60_000);
    };
  }

  @ParameterizedTest
  @EnumSource
  void noReaderOfAHotSlotSeesATornOrForeignRow(WeightStorage storage) throws Exception {
    SlotStatistics statistics = run(hot(storage));
    assertThat(statistics.evicted()).isGreaterThan(10_000);
    assertThat(statistics.expired()).isGreaterThan(500);
  }

  @Test
  void noReaderOfAGrowingSlotSeesATornOrForeignRow() throws Exception {
    SlotStatistics statistics = run(GROWING);
    assertThat(statistics.evicted()).isGreaterThan(1_000);
    assertThat(statistics.expired()).isGreaterThan(20_000);
  }

  private SlotStatistics run(Scenario scenario) throws Exception {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
    RowOptions options =
        new RowOptions(DIM, 1, scenario.ttlSec, scenario.maxRows, sgd, 0)
            .withStorage(scenario.storage);
    long start = System.nanoTime();
    try (EmbeddingTable table =
            new ChronicleEmbeddingTable(EmbeddingTableContract.one(options), 3);
        ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      CountDownLatch done = new CountDownLatch(1);
      List<Future<Long>> readers =
          IntStream.range(0, READERS)
              .mapToObj(i -> threads.submit(() -> readUntil(done, table, scenario, i)))
              .toList();
      long steps;
      try {
        steps = write(table, scenario);
      } finally {
        done.countDown();
      }
      long own = 0;
      for (Future<Long> reader : readers) {
        own += reader.get();
      }
      assertThat(own).as("rows of their own that were read").isPositive();
      report(scenario, steps, table.statistics(0), (System.nanoTime() - start) / 1e9);
      return table.statistics(0);
    }
  }

  @SuppressWarnings("SystemOut") // The figures of a run, for whoever runs it.
  private static void report(Scenario scenario, long steps, SlotStatistics s, double seconds) {
    System.out.printf(
        Locale.ROOT,
        "stress %s: %,d steps of the writer, %,d rows evicted, %,d expired; %d readers, %,d"
            + " look-ups, %,d of them rows of their own, none torn or foreign; %.1f s%n",
        scenario.name,
        steps,
        s.evicted(),
        s.expired(),
        READERS,
        s.lookups(),
        s.hits(),
        seconds);
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
        EmbeddingTable table = new ChronicleEmbeddingTable(EmbeddingTableContract.one(options), 3);
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

  private static long write(EmbeddingTable table, Scenario scenario) {
    SplittableRandom random = new SplittableRandom(1);
    float[] row = new float[DIM];
    float[] gradient = new float[DIM];
    long until = System.nanoTime() + Integer.getInteger("stress.seconds", 0) * 1_000_000_000L;
    long second = 1_000;
    long step = 0;
    for (; step < scenario.steps || System.nanoTime() < until; step++) {
      // The range widens from the last emptying on, so that the slot grows step by step.
      int widening = (int) Math.min(scenario.fids, 300 + 2 * (step % scenario.emptyEvery));
      long fid = 1L + random.nextInt(widening);
      EmbeddingTableContract.see(table, fid, 1, second, row);
      float first = row[0] == 0 ? fid * scenario.versions : 0;
      boolean last = row[0] % scenario.versions == scenario.versions - 1;
      Arrays.fill(gradient, -(first + (last ? 0 : 1)));
      table.applyGradients(0, new long[] {fid}, 0, 1, gradient, 0);
      second += random.nextInt(10) == 0 ? 1 : 0;
      if (scenario.hot() && step % 500 == 0) {
        second += 45;
      }
      if (step % scenario.emptyEvery == scenario.emptyEvery - 1) {
        second += scenario.ttlSec;
      }
      table.expire(second, 5);
    }
    return step;
  }

  private static long readUntil(
      CountDownLatch done, EmbeddingTable table, Scenario scenario, int seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed + 100);
    long[] fids = new long[90];
    float[] rows = new float[fids.length * DIM];
    long own = 0;
    while (done.getCount() > 0) {
      for (int i = 0; i < fids.length; i++) {
        fids[i] = 1L + random.nextInt(scenario.fids);
      }
      own += table.gather(0, fids, 0, fids.length, rows, 0);
      for (int i = 0; i < fids.length; i++) {
        check(fids[i], rows, i * DIM, scenario.versions);
      }
    }
    return own;
  }

  private static void check(long fid, float[] rows, int at, int versions) throws IOException {
    float first = rows[at];
    for (int i = 1; i < DIM; i++) {
      if (rows[at + i] != first) {
        throw new IOException("torn row of fid " + fid + ": " + first + ", " + rows[at + i]);
      }
    }
    // A row that was just admitted, or the out-of-vocabulary row, holds zeros.
    if (first != 0 && (int) (first / versions) != fid) {
      throw new IOException("fid " + fid + " got a row of fid " + (int) (first / versions));
    }
  }
}
