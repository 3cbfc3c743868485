package dev.dolmen.parameterstore.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of changes: every chain is compared with the arrays that it was made from. */
@SuppressWarnings("NullAway.Init")
class SnapshotChainTest {
  private static final int ROW_BYTES = 40;
  private static final String ROWS = "table/0/rows";

  @TempDir Path directory;
  private SnapshotStore store;
  private final SplittableRandom random = new SplittableRandom(5);
  private final List<byte[]> rows = new ArrayList<>();
  private final TreeSet<Integer> touched = new TreeSet<>();
  private final List<byte[]> expected = new ArrayList<>();
  private int snapshots;

  @BeforeEach
  void open() throws IOException {
    store = SnapshotStore.open(directory);
  }

  @Test
  void everyChainReadsAsWritingItWholeWould() throws IOException {
    change(20_000);
    snapshot(true);
    for (int i = 1; i < 12; i++) {
      change(random.nextInt(3_000));
      snapshot(false);
      checkAll();
    }
    assertThat(store.open(id(11)).chain()).hasSize(12);
  }

  @Test
  void compactionKeepsTheStateAndWhatBuildsOnIt() throws IOException {
    for (int i = 0; i < 8; i++) {
      change(4_000);
      snapshot(i == 0);
    }
    String before = store.open(id(5)).manifest().identity();
    assertThat(store.compact(id(5), Pace.FULL_SPEED).parent()).isNull();
    checkAll();
    assertThat(store.open(id(5)).manifest().identity()).isEqualTo(before);
    assertThat(store.open(id(7)).chain()).hasSize(3);
    assertThat(store.compact(id(5), Pace.FULL_SPEED).parent()).isNull();
    // The files of changes are there until the next clearing.
    assertThat(directory.resolve(id(5)).resolve("table_-0_-rows.delta.zst")).exists();
    assertThat(store.retain(3, metadata -> false)).isEqualTo(0);
    assertThat(directory.resolve(id(5)).resolve("table_-0_-rows.delta.zst")).doesNotExist();
    checkAll();
    change(100);
    snapshot(false);
    store.compact(id(8), Pace.FULL_SPEED);
    assertThat(store.retain(1, metadata -> false)).isEqualTo(8);
    assertThat(rows(id(8))).isEqualTo(expected.get(8));
  }

  /** At every single step, as if the process had died there. */
  @Test
  void aCompactionThatDiesAnywhereLeavesTheSnapshotAsItWas() throws IOException {
    change(200_000);
    snapshot(true);
    change(3_000);
    snapshot(false);
    int died = 0;
    for (int steps = 0; ; steps++) {
      int[] left = {steps};
      try {
        store.compact(
            id(1),
            () -> {
              if (left[0]-- == 0) {
                throw new IOException("died");
              }
            });
        break;
      } catch (IOException e) {
        assertThat(e).hasMessage("died");
        died++;
        store = SnapshotStore.open(directory);
        assertThat(store.open(id(1)).parent()).isNotNull();
        store.open(id(1)).verify();
        checkAll();
        assertThat(files(id(1))).containsExactlyInAnyOrder("manifest", "table_-0_-rows.delta.zst");
      }
    }
    assertThat(died).isGreaterThan(8);
    assertThat(store.open(id(1)).parent()).isNull();
    checkAll();
  }

  @Test
  void retentionKeepsWhatAKeptOneNeedsAndASecondBase() throws IOException {
    for (int i = 0; i < 10; i++) {
      change(500);
      snapshot(i == 0 || i == 3 || i == 6);
    }
    // 7, 8 and 9 build on 6; 5 is the newest with another base, and needs 4 and 3.
    assertThat(store.retain(3, metadata -> false)).isEqualTo(3);
    assertThat(store.ids()).containsExactly(id(3), id(4), id(5), id(6), id(7), id(8), id(9));
    checkAll();
    assertThat(store.retain(1, metadata -> false)).isEqualTo(3);
    assertThat(store.ids()).containsExactly(id(6), id(7), id(8), id(9));
    assertThatThrownBy(() -> store.retain(0, metadata -> false))
        .hasMessage("keep: 0 is not above 0");
  }

  @Test
  void aDamagedChainFallsBackToTheNewestThatDoesNotNeedTheDamage() throws IOException {
    for (int i = 0; i < 7; i++) {
      change(9_000);
      snapshot(i == 0 || i == 4);
    }
    List<String> refused = new ArrayList<>();
    Path delta = directory.resolve(id(5)).resolve("table_-0_-rows.delta.zst");
    byte[] whole = Files.readAllBytes(delta);

    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 16;
    Files.write(delta, flipped);
    assertThat(latest(refused)).isEqualTo(id(4));
    assertThat(refused).hasSize(2).allMatch(r -> r.contains(delta + ", block "));

    Files.write(delta, Arrays.copyOf(whole, whole.length - 5));
    assertThat(latest(refused)).isEqualTo(id(4));
    assertThat(refused).allMatch(r -> r.contains(delta + ": " + (whole.length - 5) + " bytes"));

    Files.write(delta, whole);
    assertThat(latest(refused)).isEqualTo(id(6));

    store.delete(id(5));
    assertThat(latest(refused)).isEqualTo(id(4));
    assertThat(refused).hasSize(1).allMatch(r -> r.contains(id(5)) && r.contains("no such file"));

    Path base = directory.resolve(id(4)).resolve("table_-0_-rows.zst");
    Files.write(base, new byte[10]);
    assertThat(latest(refused)).isEqualTo(id(3));
    for (int i = 0; i < 4; i++) {
      Path manifest = directory.resolve(id(i)).resolve("manifest");
      Files.writeString(
          manifest, Files.readString(manifest).replace("dolmen-snapshot 2", "dolmen-snapshot 3"));
    }
    assertThat(latest(refused)).isEqualTo("none");
    assertThat(refused).anyMatch(r -> r.contains("format version 3, this build reads 1 to 2"));
  }

  /** The parent was written anew under its id, with other contents. */
  @Test
  void anotherParentOfTheSameIdIsRefused() throws IOException {
    change(1_000);
    snapshot(true);
    change(10);
    snapshot(false);
    store.delete(id(0));
    change(77);
    snapshots = 0;
    expected.clear();
    snapshot(true);
    assertThatThrownBy(() -> store.open(id(1)))
        .isInstanceOf(DamagedSnapshotException.class)
        .hasMessageContaining("made from parent " + id(0) + " of identity");
    assertThatThrownBy(() -> store.open(id(1))).hasMessageContaining(id(1));
  }

  /** Same sizes, every block sound, but from elsewhere. */
  @Test
  void aFileOfAnotherSnapshotIsRefused() throws IOException {
    for (int i = 0; i < 2; i++) {
      byte[] noise = new byte[BlockFormat.BLOCK_BYTES + 1];
      random.nextBytes(noise);
      try (SnapshotDraft draft = store.create(id(i), null)) {
        try (DataOutputStream out = draft.section("noise")) {
          out.write(noise);
        }
        draft.commit(Map.of());
      }
    }
    Files.copy(directory.resolve(id(0)).resolve("noise.zst"), directory.resolve("other"));
    Files.move(
        directory.resolve("other"),
        directory.resolve(id(1)).resolve("noise.zst"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> store.open(id(1)).verify())
        .hasMessageContaining("noise.zst: checksum of all blocks")
        .hasMessageContaining("a file of another snapshot");
  }

  @Test
  void misuseIsRefused() throws IOException {
    change(10);
    snapshot(true);
    try (SnapshotDraft draft = store.create("9", null)) {
      assertThatThrownBy(() -> draft.section("x.delta")).hasMessageContaining("has no parent");
    }
    Snapshot first = store.open(id(0));
    assertThatThrownBy(() -> store.create("0", first)).hasMessageContaining("expected an older");
  }

  private static String id(int number) {
    return "%04d".formatted(number + 1);
  }

  private String latest(List<String> refused) throws IOException {
    refused.clear();
    return store
        .openLatestWhole((id, e) -> refused.add(id + " " + e.getMessage()))
        .map(s -> s.manifest().id())
        .orElse("none");
  }

  /** Adds, changes and removes rows as a table does: the last takes the number of a removed one. */
  private void change(int times) {
    for (int i = 0; i < times; i++) {
      int what = random.nextInt(10);
      if (rows.isEmpty() || what < 4) {
        touched.add(rows.size());
        rows.add(row());
      } else if (what < 7) {
        int number = random.nextInt(rows.size());
        touched.add(number);
        rows.set(number, row());
      } else {
        int number = random.nextInt(rows.size());
        touched.add(number);
        rows.set(number, rows.getLast());
        rows.removeLast();
      }
    }
  }

  private byte[] row() {
    byte[] row = new byte[ROW_BYTES];
    random.nextBytes(row);
    return row;
  }

  private void snapshot(boolean whole) throws IOException {
    int number = snapshots++;
    byte[] head = {1, 2, (byte) number};
    Snapshot parent = whole ? null : store.open(id(number - 1));
    touched.tailSet(rows.size(), true).clear();
    try (SnapshotDraft draft = store.create(id(number), parent)) {
      if (whole) {
        try (DataOutputStream out = draft.section(ROWS)) {
          writeWhole(out, head);
        }
      } else {
        try (DataOutputStream out = draft.section(RowsFormat.deltaName(ROWS))) {
          RowsFormat.writeDelta(out, head, ROW_BYTES, rows.size(), touched.size());
          for (int i : touched) {
            out.writeInt(i);
            out.write(rows.get(i));
          }
        }
      }
      draft.commit(Map.of("n", "" + number));
    }
    touched.clear();
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    writeWhole(new DataOutputStream(bytes), head);
    expected.add(bytes.toByteArray());
  }

  private void writeWhole(DataOutputStream out, byte[] head) throws IOException {
    RowsFormat.writeWhole(out, head, ROW_BYTES, rows.size());
    for (byte[] row : rows) {
      out.write(row);
    }
  }

  private void checkAll() throws IOException {
    for (String id : store.ids()) {
      assertThat(rows(id)).as(id).isEqualTo(expected.get(Integer.parseInt(id) - 1));
      assertThat(store.open(id).sections()).containsExactly(ROWS);
    }
  }

  private byte[] rows(String id) throws IOException {
    try (DataInputStream in = store.open(id).section(ROWS)) {
      return in.readAllBytes();
    }
  }

  private List<String> files(String id) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(id))) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
