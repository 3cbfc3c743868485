package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.lang.reflect.Proxy;
import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * What one writer and several readers do to single fids happens in some order, the readers' own
 * among it: every outcome of {@link ChronicleEmbeddingTable} is one that {@link HeapEmbeddingTable}
 * has in some order of the same calls.
 *
 * <p>Stress mode: Lincheck's model checker switches threads at accesses that it finds in bytecode,
 * and ours go through {@code Unsafe} to memory off the heap, which it does not see as shared, so it
 * would leave out the very switches that matter. Stress mode runs real threads.
 *
 * <p>What it finds must last about as long as a switch of threads. Defects of some nanoseconds,
 * such as a reader that does not check the sequence, are found by {@link ConcurrentReadTest}, which
 * fails at once without those checks.
 *
 * <p>Only single fids are linearizable, which is what is promised, so there is one: while one row
 * makes room for another, a reader may find neither. And nobody steps on the out-of-vocabulary row
 * here, because "has no row" and "what the out-of-vocabulary row holds" are read one after the
 * other, and a row of the fid may come in between.
 */
public class PerFidLinearizabilityTest {
  private static final int DIM = 16;
  private static final long FID = 1;
  private static final int MAX_ROWS = 1;
  private static final long TTL_SEC = 100;

  @Test
  void everyOutcomeIsOneOfSomeOrder() {
    options().check(ConcurrentCalls.class);
  }

  /** Were it not so, it would be noticed. */
  @Test
  void aReaderThatTearsRowsIsFound() {
    assertThatThrownBy(() -> options().minimizeFailedScenario(false).check(TearingCalls.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Invalid execution results");
  }

  private static StressOptions options() {
    boolean longer = Integer.getInteger("stress.seconds", 0) > 0;
    return new StressOptions()
        .iterations(longer ? 200 : 50)
        .invocationsPerIteration(longer ? 5_000 : 400)
        .threads(3)
        .actorsPerThread(4)
        .actorsBefore(2)
        .actorsAfter(2)
        .sequentialSpecification(SequentialCalls.class);
  }

  private static Schema schema() {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
    return EmbeddingTableContract.one(new RowOptions(DIM, 1, TTL_SEC, MAX_ROWS, sgd, 0));
  }

  /** The calls, on whichever table. */
  public abstract static class Calls {
    private final EmbeddingTable table;
    private long second;

    Calls(EmbeddingTable table, long second) {
      this.table = table;
      this.second = second;
      // The row is there at the start: most calls then have something to do with each other.
      EmbeddingTableContract.see(table, FID, 1, second, new float[DIM]);
    }

    /** Admits the fid if it has no row. */
    @Operation(nonParallelGroup = "writer")
    public int train() {
      return EmbeddingTableContract.see(table, FID, 1, ++second, new float[DIM]);
    }

    /** Adds 1 to every weight of the fid's row, if it has one. */
    @Operation(nonParallelGroup = "writer")
    public boolean step() {
      if (!table.contains(0, FID)) {
        return false;
      }
      float[] gradient = new float[DIM];
      java.util.Arrays.fill(gradient, -1);
      table.applyGradients(0, new long[] {FID}, 0, 1, gradient, 0);
      return true;
    }

    /** Time passes, and all rows expire but those seen in the last two calls. */
    @Operation(nonParallelGroup = "writer")
    public int expire() {
      return table.expire(second + TTL_SEC - 1, 10);
    }

    /** The row as a number; a torn one throws. Any thread. */
    @Operation
    public int find() {
      float[] row = new float[DIM];
      int own = table.gather(0, new long[] {FID}, 0, 1, row, 0);
      for (float weight : row) {
        if (weight != row[0]) {
          throw new IllegalStateException("torn: " + weight + " and " + row[0]);
        }
      }
      return own == 0 ? -1 : (int) row[0];
    }

    @Operation
    public boolean contains() {
      return table.contains(0, FID);
    }
  }

  /** One table for all scenarios, emptied before each: opening one takes longer than a scenario. */
  public static class ConcurrentCalls extends Calls {
    private static final EmbeddingTable TABLE = open();
    private static long start = 1_000;

    public ConcurrentCalls() {
      super(empty(), start);
    }

    private static EmbeddingTable open() {
      return new ChronicleEmbeddingTable(schema(), EmbeddingTableContract.SEED);
    }

    private static EmbeddingTable empty() {
      start += 10 * TTL_SEC;
      while (TABLE.statistics(0).rows() > 0) {
        TABLE.expire(start, 10);
      }
      return TABLE;
    }
  }

  /** A table whose readers copy a row's halves at two moments. */
  public static class TearingCalls extends Calls {
    public TearingCalls() {
      super(tearing(new HeapEmbeddingTable(schema(), EmbeddingTableContract.SEED)), 1_000);
    }

    private static EmbeddingTable tearing(EmbeddingTable table) {
      return (EmbeddingTable)
          Proxy.newProxyInstance(
              EmbeddingTable.class.getClassLoader(),
              new Class<?>[] {EmbeddingTable.class},
              (proxy, method, arguments) -> {
                Object result = method.invoke(table, arguments);
                if (method.getName().equals("gather")) {
                  float[] out = (float[]) arguments[4];
                  float[] first = out.clone();
                  LockSupport.parkNanos(50_000); // As long as the writer needs for some calls.
                  result = method.invoke(table, arguments);
                  System.arraycopy(first, 0, out, 0, out.length / 2);
                }
                return result;
              });
    }
  }

  /** The specification. */
  public static class SequentialCalls extends Calls {
    public SequentialCalls() {
      super(new HeapEmbeddingTable(schema(), EmbeddingTableContract.SEED), 1_000);
    }
  }
}
