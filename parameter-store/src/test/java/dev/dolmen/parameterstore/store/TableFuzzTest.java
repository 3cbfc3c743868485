package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.Pace;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations on both tables: every result and every state the same, bit for bit. */
class TableFuzzTest {
  private static final int STEPS = 1_400;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void bothTablesAgree(long seed) throws IOException {
    Schema schema = schema();
    try (EmbeddingTable slow = new HeapEmbeddingTable(schema, seed);
        EmbeddingTable fast = new ChronicleEmbeddingTable(schema, seed)) {
      Run run = new Run(slow, fast, new SplittableRandom(seed), directory);
      for (int step = 0; step < STEPS; step++) {
        run.step();
        if (step % 50 == 0) {
          run.compareState();
        }
      }
      run.compareState();
      for (int slot = 0; slot < schema.slots().size(); slot++) {
        assertThat(slow.statistics(slot).admitted()).isPositive();
      }
      assertThat(run.snapshots).as("snapshots of a chain").isGreaterThan(5);
      assertThat(slow.statistics(1).evicted()).isPositive();
      assertThat(slow.statistics(12).evicted()).isPositive();
      assertThat(slow.statistics(2).expired()).isPositive();
      assertThat(slow.statistics(12).rows()).as("rows beyond the first maps").isGreaterThan(64);
    }
  }

  private static Schema schema() {
    return new Schema(
        List.of(
            Schemas.slot("item", SlotKind.ID, options(Kind.ADAGRAD, 13, 3, 500, 300)),
            Schemas.slot("brand", SlotKind.CATEGORY, options(Kind.ROW_WISE_ADAGRAD, 8, 1, 0, 40)),
            Schemas.slot("device", SlotKind.CONTEXT, options(Kind.SGD, 1, 1, 200, 1_000)),
            Schemas.slot("tags", SlotKind.TOKENS, options(Kind.ADAGRAD, 33, 1, 0, 5_000)),
            Schemas.slot("title", SlotKind.TEXT, options(Kind.AMS_GRAD, 9, 2, 300, 100)),
            Schemas.slot("price", SlotKind.NUMBER, options(Kind.GROUP_FTRL, 17, 1, 0, 60)),
            Schemas.slot("colour", SlotKind.CATEGORY, drawn(4, false)),
            Schemas.slot("size", SlotKind.CATEGORY, drawn(7, true)),
            Schemas.slot(
                "half",
                SlotKind.CATEGORY,
                options(Kind.ADAGRAD, 37, 2, 400, 90).withStorage(WeightStorage.BF16)),
            Schemas.slot(
                "byte",
                SlotKind.CATEGORY,
                options(Kind.ROW_WISE_ADAGRAD, 50, 1, 0, 70).withStorage(WeightStorage.INT8)),
            Schemas.slot("parts", SlotKind.CATEGORY, parts(WeightStorage.FP32)),
            Schemas.slot("half_parts", SlotKind.CATEGORY, parts(WeightStorage.BF16)),
            Schemas.slot("small", SlotKind.CATEGORY, wide().withMaxBytes(1 << 20))));
  }

  /** A bias beside a vector that warms up. */
  private static RowOptions parts(WeightStorage storage) {
    RowOptions rows = options(Kind.SGD, 1, 1, 700, 80);
    return rows.withStorage(storage)
        .withSegments(
            List.of(
                new RowSegment("bias", 1, options(Kind.FTRL, 1, 1, 0, 1).optimizer(), 0),
                new RowSegment("vector", 21, warmingUp(Kind.ADAM), 0.05f),
                new RowSegment("tail", 3, warmingUp(Kind.SGD), 0.1f)));
  }

  private static SparseOptimizerOptions warmingUp(Kind kind) {
    return new SparseOptimizerOptions(
        kind, 0.05f, 0.1f, 0.5f, 0.01f, new Coefficients(0.9f, 0.99f, 0, 0, 0, 0), 40);
  }

  /** Rows of so many bytes that a budget of a mebibyte evicts. */
  private static RowOptions wide() {
    return options(Kind.AMS_GRAD, 512, 1, 0, 4_000);
  }

  private static RowOptions drawn(int threshold, boolean equalProbability) {
    RowOptions rows = options(Kind.SGD, 3, 1, 0, 60);
    return new RowOptions(
        rows.dim(),
        new AdmissionOptions.Probabilistic(threshold, equalProbability),
        rows.ttlSec(),
        rows.maxRows(),
        rows.optimizer(),
        rows.initialStdDev());
  }

  private static RowOptions options(Kind kind, int dim, int threshold, long ttlSec, long maxRows) {
    return new RowOptions(
        dim,
        threshold,
        ttlSec,
        maxRows,
        new SparseOptimizerOptions(
            kind,
            0.05f,
            0.1f,
            dim == 13 ? 0.7f : 0,
            kind == Kind.GROUP_FTRL || kind == Kind.FTRL ? 0 : 0.001f,
            new Coefficients(0.9f, 0.99f, 0.1f, 0.1f, 0.1f, 0)),
        0.05f);
  }

  private static final class Run {
    private final EmbeddingTable slow;
    private final EmbeddingTable fast;
    private final SplittableRandom random;
    private final SnapshotStore ofSlow;
    private final SnapshotStore ofFast;
    private final Map<String, Long> hashes = new HashMap<>();
    private long second = 1_000;
    private int snapshots;
    private final SplittableRandom drains = new SplittableRandom(9);
    private long epoch;
    private @Nullable String latest;

    Run(EmbeddingTable slow, EmbeddingTable fast, SplittableRandom random, Path directory)
        throws IOException {
      ofSlow = SnapshotStore.open(directory.resolve("slow"));
      ofFast = SnapshotStore.open(directory.resolve("fast"));
      this.slow = slow;
      this.fast = fast;
      this.random = random;
      track();
    }

    void step() throws IOException {
      if (drains.nextInt(8) == 0) {
        drain(drains.nextInt(slow.slots()));
      }
      if (drains.nextInt(16) == 0) {
        set(drains.nextInt(slow.slots()));
      }
      int slot = random.nextInt(slow.slots());
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> train(slot);
        case 10, 11, 12, 13, 14 -> gather(slot);
        case 15, 16, 17, 18 -> {
          second += random.nextInt(60);
          int slice = random.nextInt(300);
          assertThat(fast.expire(second, slice)).isEqualTo(slow.expire(second, slice));
        }
        default -> {
          switch (random.nextInt(12)) {
            case 0 -> snapshotAndRestore();
            case 1 -> restoreLatest();
            case 2, 3, 4, 5, 6, 7 -> snapshotOfChain();
            default -> {}
          }
        }
      }
    }

    private void train(int slot) {
      int dim = slow.dim(slot);
      long[] fids = fids(slot);
      int from = random.nextInt(3);
      int n = fids.length - from;
      int[] occurrences = new int[fids.length];
      for (int i = 0; i < occurrences.length; i++) {
        occurrences[i] = 1 + random.nextInt(2);
      }
      float[] expected = new float[n * dim + 5];
      float[] found = new float[n * dim + 5];
      long time = second - random.nextInt(30);
      assertThat(fast.gatherForTraining(slot, fids, occurrences, from, n, time, found, 2))
          .isEqualTo(slow.gatherForTraining(slot, fids, occurrences, from, n, time, expected, 2));
      assertThat(found).isEqualTo(expected);
      float[] gradients = new float[n * dim + 1];
      for (int i = 0; i < gradients.length; i++) {
        gradients[i] = (float) random.nextGaussian();
      }
      if (random.nextInt(20) == 0) {
        gradients[random.nextInt(gradients.length)] = Float.NaN;
      }
      slow.applyGradients(slot, fids, from, n, gradients, 1);
      fast.applyGradients(slot, fids, from, n, gradients, 1);
    }

    private void set(int slot) {
      long[] fids = fids(slot);
      float[] weights = new float[fids.length * slow.dim(slot) + 1];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) drains.nextGaussian();
      }
      assertThat(set(fast, slot, fids, weights)).isEqualTo(set(slow, slot, fids, weights));
    }

    /** Rows that were set; -1 where the slot's cannot be. */
    private static int set(EmbeddingTable table, int slot, long[] fids, float[] weights) {
      try {
        return table.setWeights(slot, fids, 0, fids.length, weights, 1);
      } catch (IllegalArgumentException e) {
        return -1;
      }
    }

    private void drain(int slot) {
      assertThat(fast.touchedFids(slot)).isEqualTo(slow.touchedFids(slot));
      int n = 1 + drains.nextInt(500);
      TouchedBatch expected = slow.drainTouched(slot, n);
      TouchedBatch found = fast.drainTouched(slot, n);
      assertThat(found.size()).isEqualTo(expected.size());
      assertThat(found.sequence()).isEqualTo(expected.sequence());
      float[] a = new float[slow.dim(slot)];
      float[] b = new float[slow.dim(slot)];
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.fid(i)).isEqualTo(expected.fid(i));
        assertThat(found.isRemoved(i)).isEqualTo(expected.isRemoved(i));
        if (!found.isRemoved(i)) {
          found.weights(i, a);
          expected.weights(i, b);
          assertThat(a).isEqualTo(b);
        }
      }
    }

    private void track() {
      slow.trackTouched(++epoch, 1_000_000);
      fast.trackTouched(epoch, 1_000_000);
    }

    private void gather(int slot) {
      long[] fids = fids(slot);
      float[] expected = new float[fids.length * slow.dim(slot)];
      float[] found = new float[fids.length * slow.dim(slot)];
      assertThat(fast.gather(slot, fids, 0, fids.length, found, 0))
          .isEqualTo(slow.gather(slot, fids, 0, fids.length, expected, 0));
      assertThat(found).isEqualTo(expected);
      assertThat(fast.contains(slot, fids[0])).isEqualTo(slow.contains(slot, fids[0]));
      for (long fid : fids) {
        RowFacts facts = fast.facts(slot, fid);
        assertThat(facts).isEqualTo(slow.facts(slot, fid));
        assertThat(facts.own()).isEqualTo(fast.contains(slot, fid));
      }
    }

    private void snapshotAndRestore() throws IOException {
      MemorySnapshot bySlow = new MemorySnapshot();
      MemorySnapshot byFast = new MemorySnapshot();
      slow.writeTo(bySlow);
      fast.writeTo(byFast);
      for (String section : bySlow.reader().sections()) {
        assertThat(byFast.bytes(section)).as(section).isEqualTo(bySlow.bytes(section));
      }
      boolean gone = random.nextBoolean();
      for (int i = 0; gone && i < 5; i++) {
        train(random.nextInt(slow.slots()));
      }
      slow.readFrom(byFast.reader());
      fast.readFrom(bySlow.reader());
      track();
      latest = null;
      compareState();
    }

    /** Copied, then written while the tables go on; now and then it comes to nothing. */
    private void snapshotOfChain() throws IOException {
      String before = latest;
      boolean delta = before != null && random.nextInt(8) > 0;
      long hash = slow.stateHash();
      assertThat(fast.copyBytes(delta)).isEqualTo(slow.copyBytes(delta));
      FrozenTable slowCopy = slow.freeze(delta);
      FrozenTable fastCopy = fast.freeze(delta);
      assertThat(fastCopy.copiedRows()).isEqualTo(slowCopy.copiedRows());
      assertThat(fast.copyBytes(true)).isZero();
      assertThatThrownBy(() -> fast.freeze(true)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> slow.freeze(true)).isInstanceOf(IllegalStateException.class);
      for (int i = random.nextInt(5); i > 0; i--) {
        train(random.nextInt(slow.slots()));
        second += random.nextInt(60);
        assertThat(fast.expire(second, 200)).isEqualTo(slow.expire(second, 200));
      }
      boolean durable = random.nextInt(4) > 0;
      if (durable) {
        String id = "%05d".formatted(snapshots++);
        write(ofSlow, id, delta ? ofSlow.open(String.valueOf(before)) : null, slowCopy);
        write(ofFast, id, delta ? ofFast.open(String.valueOf(before)) : null, fastCopy);
        latest = id;
        hashes.put(id, hash);
      }
      slowCopy.release(durable);
      fastCopy.release(durable);
      if (durable && random.nextInt(4) == 0) {
        ofFast.compact(String.valueOf(latest), Pace.FULL_SPEED);
      }
    }

    private static void write(
        SnapshotStore store, String id, @Nullable Snapshot parent, FrozenTable copy)
        throws IOException {
      try (SnapshotDraft draft = store.create(id, parent)) {
        copy.writeTo(draft);
        draft.commit(Map.of());
      }
    }

    /** Each from the other's chain, one of which was merged now and then. */
    private void restoreLatest() throws IOException {
      if (latest != null) {
        slow.readFrom(ofFast.open(latest));
        fast.readFrom(ofSlow.open(latest));
        track();
        assertThat(slow.stateHash()).isEqualTo(hashes.get(latest));
        compareState();
      }
    }

    void compareState() {
      assertThat(fast.stateHash()).isEqualTo(slow.stateHash());
      for (int slot = 0; slot < slow.slots(); slot++) {
        SlotStatistics expected = slow.statistics(slot);
        SlotStatistics found = fast.statistics(slot);
        assertThat(found.rows()).isEqualTo(expected.rows());
        assertThat(found.admitted()).isEqualTo(expected.admitted());
        assertThat(found.filtered()).isEqualTo(expected.filtered());
        assertThat(found.expired()).isEqualTo(expected.expired());
        assertThat(found.evicted()).isEqualTo(expected.evicted());
        assertThat(found.maxRows()).isEqualTo(expected.maxRows());
        if (found.maxBytes() > 0) {
          assertThat(found.memoryBytes()).isLessThanOrEqualTo(found.maxBytes());
        }
        assertThat(found.hits()).isEqualTo(expected.hits());
        assertThat(found.lookups()).isEqualTo(expected.lookups());
        assertThat(found.refusedGradients()).isEqualTo(expected.refusedGradients());
      }
    }

    /** Distinct fids from a range that the slot's bounds cut short, at least 3. */
    private long[] fids(int slot) {
      int range =
          new int[] {900, 120, 400, 3_000, 200, 150, 250, 250, 300, 200, 200, 200, 400}[slot];
      int n = 3 + random.nextInt(random.nextInt(8) == 0 ? 200 : 20);
      return random
          .longs(0, range)
          .map(value -> value == 17 ? Fids.OUT_OF_VOCABULARY : value * MixedBits.GOLDEN)
          .distinct()
          .limit(Math.min(n, range / 2))
          .toArray();
    }
  }
}
