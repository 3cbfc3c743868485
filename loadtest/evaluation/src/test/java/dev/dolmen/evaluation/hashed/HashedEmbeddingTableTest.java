package dev.dolmen.evaluation.hashed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** With buckets of its own for every fid it is any table; with few, fids share rows. */
class HashedEmbeddingTableTest {
  private static final long SEED = 17;
  private static final SparseOptimizerOptions SGD =
      new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);

  private static Schema schema(int threshold, float noise) {
    RowOptions rows = new RowOptions(2, threshold, 0, 100, SGD, noise);
    return new Schema(List.of(new Slot("item", SlotKind.ID, false, 1, 1, KnotOptions.NONE, rows)));
  }

  private static EmbeddingTable hashed(Schema schema, long... buckets) {
    return new HashedEmbeddingTable(TableFactory.COLLISIONLESS.open(schema, SEED), buckets);
  }

  @Test
  void withARowForEveryFidItIsTheTableBehindIt() throws IOException {
    Schema schema = schema(2, 0.1f);
    try (EmbeddingTable plain = TableFactory.COLLISIONLESS.open(schema, SEED);
        EmbeddingTable hashed = hashed(schema, 0)) {
      Random random = new Random(1);
      for (int step = 0; step < 200; step++) {
        long[] fids = LongStream.range(1, 30).filter(fid -> random.nextInt(4) == 0).toArray();
        float[] expected = learn(plain, fids, step);
        assertThat(learn(hashed, fids, step)).as("step %d", step).isEqualTo(expected);
      }
      assertThat(hashed.statistics(0).rows()).isEqualTo(plain.statistics(0).rows());
      assertThat(hashed.stateHash()).isEqualTo(plain.stateHash());
    }
  }

  private static float[] learn(EmbeddingTable table, long[] fids, int step) {
    int n = fids.length;
    int[] once = new int[n];
    Arrays.fill(once, 1);
    float[] rows = new float[2 * n];
    table.gatherForTraining(0, fids, once, 0, n, step, rows, 0);
    float[] gradients = new float[2 * n];
    for (int i = 0; i < rows.length; i++) {
      gradients[i] = rows[i] + step;
    }
    table.applyGradients(0, fids, 0, n, gradients, 0);
    float[] after = new float[2 * n];
    table.gather(0, fids, 0, n, after, 0);
    return after;
  }

  @Test
  void fidsOfABucketShareOneRow() throws IOException {
    long a = 1;
    long b = LongStream.iterate(2, i -> i + 1).filter(i -> shares(i, a)).findFirst().orElse(0);
    long c = LongStream.iterate(2, i -> i + 1).filter(i -> !shares(i, a)).findFirst().orElse(0);
    try (EmbeddingTable table = hashed(schema(3, 0), 10)) {
      long[] fids = {a, c, b};
      float[] out = new float[6];
      assertThat(table.gatherForTraining(0, fids, new int[] {1, 1, 2}, 0, 3, 9, out, 0))
          .as("1 and 2 occurrences reach the threshold of 3 together")
          .isEqualTo(2);
      assertThat(table.contains(0, a)).isTrue();
      assertThat(table.contains(0, b)).isTrue();
      assertThat(table.contains(0, c)).isFalse();
      table.applyGradients(0, fids, 0, 3, new float[] {-1, -2, 0, 0, -10, -20}, 0);
      table.gather(0, fids, 0, 3, out, 0);
      assertThat(out).containsExactly(11, 22, 0, 0, 11, 22);
      assertThat(table.statistics(0).rows()).isEqualTo(1);
    }
  }

  private static boolean shares(long fid, long other) {
    return HashedEmbeddingTable.bucket(fid, 10) == HashedEmbeddingTable.bucket(other, 10);
  }

  @Test
  void bucketsAreFilledEvenly() {
    int[] filled = new int[100];
    for (long fid = 0; fid < 100_000; fid++) {
      filled[(int) HashedEmbeddingTable.bucket(fid, 100)]++;
    }
    assertThat(Arrays.stream(filled).min().orElse(0)).isGreaterThan(850);
    assertThat(Arrays.stream(filled).max().orElse(0)).isLessThan(1_150);
    assertThat(HashedEmbeddingTable.bucket(Fids.OUT_OF_VOCABULARY, 100))
        .isEqualTo(Fids.OUT_OF_VOCABULARY);
  }

  @Test
  void bucketsAreOfEverySlot() throws IOException {
    try (EmbeddingTable table = TableFactory.COLLISIONLESS.open(schema(1, 0), SEED)) {
      assertThatThrownBy(() -> new HashedEmbeddingTable(table, new long[2]))
          .hasMessage("buckets: of 2 slots, the table has 1");
      assertThatThrownBy(() -> new HashedEmbeddingTable(table, new long[] {-1}))
          .hasMessage("buckets: -1 is below 0");
    }
  }
}
