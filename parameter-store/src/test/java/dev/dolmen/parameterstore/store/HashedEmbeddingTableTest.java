package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** With buckets of its own for every fid it is any table; with few, fids share rows. */
class HashedEmbeddingTableTest extends EmbeddingTableContract {
  @Override
  EmbeddingTable open(Schema schema) {
    return new HashedEmbeddingTable(
        new HeapEmbeddingTable(schema, SEED), new long[schema.slots().size()]);
  }

  @Test
  void fidsOfABucketShareOneRow() throws IOException {
    long a = 1;
    long b = LongStream.iterate(2, i -> i + 1).filter(i -> shares(i, a)).findFirst().orElse(0);
    long c = LongStream.iterate(2, i -> i + 1).filter(i -> !shares(i, a)).findFirst().orElse(0);
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
    Schema schema = one(new RowOptions(2, 3, 0, 100, sgd, 0));
    try (EmbeddingTable table =
        new HashedEmbeddingTable(new HeapEmbeddingTable(schema, SEED), new long[] {10})) {
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
  void bucketsAreOfEverySlot() {
    Schema schema = one(new RowOptions(2, 1, 0, 100, sgd(), 0));
    assertThatThrownBy(
            () -> new HashedEmbeddingTable(new HeapEmbeddingTable(schema, SEED), new long[2]))
        .hasMessage("buckets: of 2 slots, the table has 1");
    assertThatThrownBy(
            () -> new HashedEmbeddingTable(new HeapEmbeddingTable(schema, SEED), new long[] {-1}))
        .hasMessage("buckets: -1 is below 0");
  }

  private static SparseOptimizerOptions sgd() {
    return new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 1, 0, 0, 0);
  }
}
