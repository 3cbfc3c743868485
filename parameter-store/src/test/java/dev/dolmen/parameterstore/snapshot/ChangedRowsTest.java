package dev.dolmen.parameterstore.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that change while they are written, against copies of all of them. */
class ChangedRowsTest {
  private static final String NAME = "part/rows";
  private static final int FIXED = 12;

  @TempDir Path directory;

  private final SplittableRandom random = new SplittableRandom(7);
  private final List<byte[]> rows = new ArrayList<>();
  private final ChangedRows changed = new ChangedRows();
  private @Nullable String latest;
  private List<byte[]> latestRows = List.of();
  private int snapshots;

  private byte[] row(int rowBytes) {
    int length =
        rowBytes == RowsFormat.VARIABLE ? random.nextInt(200) / 2 * random.nextInt(2) : rowBytes;
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void change(int rowBytes) {
    for (int i = random.nextInt(4); i > 0; i--) {
      boolean more = rows.isEmpty() || random.nextInt(6) == 0;
      int number = more ? rows.size() : random.nextInt(rows.size());
      changed.changing(number);
      if (number == rows.size()) {
        rows.add(row(rowBytes));
      } else {
        rows.set(number, row(rowBytes));
      }
    }
    if (rows.size() > 3 && random.nextInt(10) == 0) {
      changed.remove(rows.size() - 1);
      rows.removeLast();
    }
  }

  private void snapshot(SnapshotStore store, int rowBytes) throws IOException {
    String parent = latest;
    boolean delta = parent != null && random.nextInt(10) > 0;
    RowsInFlight taken =
        changed.freeze(
            delta,
            rows.size(),
            new RowsFormat.Shape(NAME, new byte[] {1, 2}, rowBytes),
            (number, out) -> out.write(rows.get(number)));
    List<byte[]> expected = List.copyOf(rows);
    assertThatThrownBy(
            () -> changed.freeze(true, 0, new RowsFormat.Shape(NAME, 1), (number, out) -> {}))
        .isInstanceOf(IllegalStateException.class);
    String id = "%05d".formatted(snapshots++);
    boolean durable = random.nextInt(5) > 0;
    try (SnapshotDraft draft =
        store.create(id, delta ? store.open(String.valueOf(parent)) : null)) {
      try (DataOutputStream out = draft.section(taken.name())) {
        change(rowBytes);
        while (!taken.writePiece(out, random.nextInt(400))) {
          change(rowBytes);
        }
      }
      assertThat(taken.keptBytes()).isZero();
      change(rowBytes);
      if (durable) {
        draft.commit(Map.of());
        latest = id;
        latestRows = expected;
      }
    }
    changed.settle(durable, rows.size());
  }

  private void compare(Snapshot snapshot) throws IOException {
    List<byte[]> found = new ArrayList<>();
    try (DataInputStream in = snapshot.section(NAME)) {
      RowsFormat.Head head = RowsFormat.readWhole(in);
      assertThat(head.bytes()).containsExactly(1, 2);
      for (int i = 0; i < head.rows(); i++) {
        byte[] row = new byte[RowsFormat.readRowBytes(in, head)];
        in.readFully(row);
        found.add(row);
      }
      assertThat(in.read()).isNegative();
    }
    assertThat(found).usingElementComparator(java.util.Arrays::compare).isEqualTo(latestRows);
  }

  private void fuzz(int rowBytes) throws IOException {
    SnapshotStore store = SnapshotStore.open(directory);
    for (int round = 0; round < 300; round++) {
      for (int i = random.nextInt(8); i >= 0; i--) {
        change(rowBytes);
      }
      snapshot(store, rowBytes);
      if (latest != null) {
        Snapshot snapshot = store.open(latest);
        compare(snapshot);
        if (snapshot.chain().size() > 20 || random.nextInt(20) == 0) {
          compare(store.compact(latest, Pace.FULL_SPEED));
        }
      }
    }
    assertThat(rows).hasSizeGreaterThan(50);
  }

  @Test
  void rowsOfEqualSizeAreThoseOfTheBarrier() throws IOException {
    fuzz(FIXED);
  }

  @Test
  void rowsOfAnySizeAreThoseOfTheBarrier() throws IOException {
    fuzz(RowsFormat.VARIABLE);
  }

  /** The bytes of a row that has not its size would be those of others. */
  @Test
  void refusesARowOfAnotherSize() {
    changed.changing(0);
    RowsInFlight taken =
        changed.freeze(true, 1, new RowsFormat.Shape(NAME, 8), (number, out) -> out.writeInt(1));
    assertThatThrownBy(() ->
            taken.writePiece(new DataOutputStream(java.io.OutputStream.nullOutputStream()), 9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("row of 4 bytes, expected 8");
  }
}
