package dev.dolmen.parameterstore.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class SnapshotStoreTest {
  @TempDir Path directory;
  private SnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    store = SnapshotStore.open(directory);
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    byte[] large = new byte[3 * BlockFormat.BLOCK_BYTES + 17];
    new SplittableRandom(1).nextBytes(large);
    byte[] exact = new byte[2 * BlockFormat.BLOCK_BYTES];
    try (SnapshotDraft draft = store.create("0001", null)) {
      write(draft, "table/0/rows", large);
      write(draft, "empty", new byte[0]);
      write(draft, "a_/b", exact);
      SnapshotManifest manifest = draft.commit(Map.of("batch", "7", "a b", "c\nd=ü"));
      assertThat(manifest.rawBytes()).isEqualTo(large.length + exact.length);
    }
    Snapshot snapshot = store.open("0001");
    assertThat(snapshot.manifest().metadata())
        .containsExactlyInAnyOrderEntriesOf(Map.of("batch", "7", "a b", "c\nd=ü"));
    assertThat(snapshot.sections()).containsExactlyInAnyOrder("table/0/rows", "empty", "a_/b");
    assertThat(read(snapshot, "table/0/rows")).isEqualTo(large);
    assertThat(read(snapshot, "empty")).isEmpty();
    assertThat(read(snapshot, "a_/b")).isEqualTo(exact);
    snapshot.verify();
    assertThat(snapshot.manifest().fileBytes()).isEqualTo(bytesOnDisk(snapshot));
    assertThatThrownBy(() -> snapshot.section("other")).hasMessageContaining("no section other");
  }

  /** Who stops a server may hold up the pool, and waits for what reads a snapshot. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
  void aCommonPoolThatIsHeldUpKeepsNobodyFromReading() throws IOException {
    make("0001", 20 * BlockFormat.BLOCK_BYTES);
    CountDownLatch release = new CountDownLatch(1);
    List<Future<?>> holding = new ArrayList<>();
    for (int i = 0; i < 2 * ForkJoinPool.getCommonPoolParallelism() + 2; i++) {
      holding.add(ForkJoinPool.commonPool().submit(() -> release.await(1, TimeUnit.MINUTES)));
    }
    try {
      Snapshot snapshot = store.open("0001");
      for (String section : snapshot.sections()) {
        assertThat(read(snapshot, section)).isNotEmpty();
      }
      assertThat(holding).noneMatch(Future::isDone);
    } finally {
      release.countDown(); // Other tests need the pool.
    }
  }

  @Test
  void aSnapshotThatWasNotCommittedLeavesNothing() throws IOException {
    try (SnapshotDraft draft = store.create("0001", null)) {
      DataOutputStream out = draft.section("a");
      out.writeLong(1);
    }
    assertThat(store.ids()).isEmpty();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    // As a process leaves it that dies while writing.
    Files.createDirectory(directory.resolve(".tmp-0001"));
    Files.writeString(directory.resolve(".tmp-0001").resolve("a.zst"), "x");
    SnapshotStore.open(directory);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void misuseIsRefused() throws IOException {
    assertThatThrownBy(() -> store.create("../x", null))
        .isInstanceOf(IllegalArgumentException.class);
    make("0001", 10);
    assertThatThrownBy(() -> store.create("0001", null)).hasMessageContaining("exists already");
    try (SnapshotDraft draft = store.create("0002", null)) {
      assertThatThrownBy(() -> draft.section("a b")).hasMessageContaining("\"a b\"");
      DataOutputStream out = draft.section("a");
      assertThatThrownBy(() -> draft.section("b")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> draft.commit(Map.of())).isInstanceOf(IllegalStateException.class);
      out.close();
      assertThatThrownBy(() -> draft.section("a")).hasMessageContaining("written already");
    }
    assertThatThrownBy(() -> store.retain(0, metadata -> false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void onlyTheNewestAreKept() throws IOException {
    for (int i = 1; i <= 5; i++) {
      make("000" + i, 10);
    }
    assertThat(store.retain(3, metadata -> false)).isEqualTo(2);
    assertThat(store.ids()).containsExactly("0003", "0004", "0005");
    Files.delete(directory.resolve("0005").resolve("manifest"));
    assertThat(store.retain(2, metadata -> false)).isZero();
    assertThat(store.retain(1, metadata -> false)).isEqualTo(1);
    assertThat(store.ids()).containsExactly("0004", "0005");
  }

  @Test
  void whatIsCountedApartPushesOutNoneOfTheOthers() throws IOException {
    for (int i = 1; i <= 3; i++) {
      make("000" + i, 10);
    }
    for (int i = 4; i <= 9; i++) {
      make("000" + i, 10);
      store.retain(2, SnapshotStoreTest::isApart);
    }
    assertThat(store.ids()).containsExactly("0002", "0003", "0008", "0009");
    for (int i = 1; i <= 2; i++) {
      make("001" + i, 10);
      store.retain(2, metadata -> isApart(metadata) && batch(metadata).startsWith("000"));
    }
    assertThat(store.ids()).as("older than all others").containsExactly("0011", "0012");
  }

  private static boolean isApart(Map<String, String> metadata) {
    return batch(metadata).compareTo("0004") >= 0;
  }

  private static String batch(Map<String, String> metadata) {
    return metadata.getOrDefault("batch", "");
  }

  /** Every bit of a section's file counts, and so does every byte of its length. */
  @Test
  void aDamagedSectionIsRefusedByFileAndBlock() throws IOException {
    make("0001", 2 * BlockFormat.BLOCK_BYTES + 100);
    Path file = directory.resolve("0001").resolve("data.zst");
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 60; i++) {
      byte[] flipped = whole.clone();
      int at = i < 30 ? i : random.nextInt(whole.length);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      refused("0001", "data.zst");
    }
    byte[] second = whole.clone();
    second[whole.length - 200_000] ^= 1;
    Files.write(file, second);
    assertThatThrownBy(() -> store.open("0001").verify())
        .isInstanceOfSatisfying(
            DamagedSnapshotException.class,
            e -> {
              assertThat(e.file()).isEqualTo(file);
              assertThat(e.block()).isEqualTo(1);
            })
        .hasMessageContaining("block 1: checksum");
    for (int length : new int[] {0, 5, 12, 20, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      refused("0001", length + " bytes, the manifest says " + whole.length);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    refused("0001", "data.zst");
    Files.delete(file);
    refused("0001", "no such file");
    Files.write(file, whole);
    store.open("0001").verify();
  }

  /** Blocks of the right size at the wrong place have the right checksum of another number. */
  @Test
  void exchangedBlocksAreRefused() throws IOException {
    make("0001", 3 * BlockFormat.BLOCK_BYTES);
    Path file = directory.resolve("0001").resolve("data.zst");
    byte[] whole = Files.readAllBytes(file);
    int block = (whole.length - BlockFormat.FILE_HEADER_BYTES) / 3;
    byte[] exchanged = whole.clone();
    System.arraycopy(whole, 12, exchanged, 12 + block, block);
    System.arraycopy(whole, 12 + block, exchanged, 12, block);
    Files.write(file, exchanged);
    refused("0001", "block 0: checksum");
  }

  @Test
  void aDamagedManifestIsRefused() throws IOException {
    make("0001", 100);
    Path file = directory.resolve("0001").resolve("manifest");
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 1;
      Files.write(file, flipped);
      refused("0001", "manifest");
      Files.write(file, Arrays.copyOf(whole, i));
      refused("0001", "manifest");
    }
  }

  @Test
  void aNewerFormatIsRefusedByItsVersion() throws IOException {
    make("0001", 100);
    Path manifest = directory.resolve("0001").resolve("manifest");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("dolmen-snapshot 2", "dolmen-snapshot 3"));
    refused("0001", "manifest: format version 3, this build reads 1 to 2");
    Files.writeString(manifest, text);
    Path file = directory.resolve("0001").resolve("data.zst");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).putInt(8, 3);
    Files.write(file, bytes);
    refused("0001", "data.zst: format version 3, this build reads 1 to 2");
  }

  @Test
  void fallsBackToTheNewestWholeOne() throws IOException {
    for (int i = 1; i <= 4; i++) {
      make("000" + i, 1_000);
    }
    Files.delete(directory.resolve("0004").resolve("manifest"));
    Path file = directory.resolve("0003").resolve("data.zst");
    byte[] bytes = Files.readAllBytes(file);
    bytes[500] ^= 8;
    Files.write(file, bytes);
    List<String> refusals = new ArrayList<>();
    Snapshot latest =
        store.openLatestWhole((id, e) -> refusals.add(id + " " + e.getMessage())).orElseThrow();
    assertThat(latest.manifest().id()).isEqualTo("0002");
    assertThat(refusals).hasSize(2);
    assertThat(refusals.get(0)).startsWith("0004").contains("manifest: no such file");
    assertThat(refusals.get(1)).startsWith("0003").contains("data.zst, block 0: checksum");
  }

  /** What somebody else left there keeps nobody from starting, and is not deleted. */
  @Test
  void anOldOneThatCannotBeReadAndAStrayFolderKeepNothingBack() throws IOException {
    for (int i = 1; i <= 3; i++) {
      make("000" + i, 10);
    }
    Path manifest = directory.resolve("0001").resolve("manifest");
    Files.delete(manifest);
    Files.createDirectories(manifest.resolve("no-file"));
    Path stray = Files.createDirectories(directory.resolve("0003").resolve("stray"));
    Files.writeString(stray.resolve("notes"), "of an operator");
    Files.createDirectories(directory.resolve(".tmp-0009").resolve("within"));

    SnapshotStore again = SnapshotStore.open(directory);
    refused("0001", "cannot be read");
    assertThat(again.openLatestWhole((id, e) -> {}))
        .get()
        .extracting(s -> s.manifest().id())
        .isEqualTo("0003");
    assertThat(stray.resolve("notes")).exists();
    assertThat(directory.resolve(".tmp-0009")).doesNotExist();
    assertThat(again.retain(1, metadata -> false)).isEqualTo(2);
    assertThat(again.ids()).containsExactly("0003");
  }

  @Test
  void anEmptyStoreHasNoLatest() throws IOException {
    assertThat(store.openLatestWhole((id, e) -> {})).isEmpty();
    assertThat(SnapshotStore.openReadOnly(directory.resolve("none")).ids()).isEmpty();
  }

  private void make(String id, int bytes) throws IOException {
    byte[] data = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(data);
    try (SnapshotDraft draft = store.create(id, null)) {
      write(draft, "data", data);
      draft.commit(Map.of("batch", id));
    }
  }

  private void refused(String id, String message) {
    assertThatThrownBy(() -> store.open(id).verify())
        .isInstanceOf(DamagedSnapshotException.class)
        .hasMessageContaining(message);
  }

  private static void write(SnapshotDraft draft, String name, byte[] bytes) throws IOException {
    try (DataOutputStream out = draft.section(name)) {
      out.write(bytes, 0, bytes.length / 3);
      for (int i = bytes.length / 3; i < bytes.length; i++) {
        out.writeByte(bytes[i]);
      }
    }
  }

  private static byte[] read(Snapshot snapshot, String name) throws IOException {
    try (DataInputStream in = snapshot.section(name)) {
      return in.readAllBytes();
    }
  }

  private static long bytesOnDisk(Snapshot snapshot) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(snapshot.directory())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".zst")).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
