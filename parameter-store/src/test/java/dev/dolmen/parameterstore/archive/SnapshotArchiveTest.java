package dev.dolmen.parameterstore.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots in a folder, and in a bucket of a real server of S3. */
@SuppressWarnings("NullAway.Init")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class SnapshotArchiveTest {
  enum Kind {
    FOLDER,
    S3
  }

  @TempDir static Path serverFolder;
  private static S3Server server;
  private static int prefixes;

  @TempDir Path directory;
  private final SplittableRandom random = new SplittableRandom(11);
  private final List<String> refused = new ArrayList<>();
  private SnapshotStore local;
  private Path files;
  private @Nullable SnapshotArchive opened;

  @BeforeAll
  static void startServer() throws Exception {
    S3Server.useCredentials();
    server = S3Server.start(serverFolder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    local = SnapshotStore.open(directory.resolve("local"));
  }

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private SnapshotArchive archive(Kind kind) throws IOException {
    String prefix = "prefix-" + ++prefixes;
    StoreLocation where =
        kind == Kind.S3
            ? server.location("test/" + prefix, 20_000)
            : new StoreLocation(directory.resolve(prefix).toString(), "", "", false, 20_000);
    files = kind == Kind.S3 ? server.files("test/" + prefix) : directory.resolve(prefix);
    Files.createDirectories(files);
    SnapshotArchive archive = new SnapshotArchive(where.open());
    opened = archive;
    return archive;
  }

  private static String id(int batch) {
    return "%016d-%016x".formatted(batch, 1_000 + batch);
  }

  /** A snapshot of bytes that cannot be compressed. */
  private Snapshot snapshot(int batch, @Nullable String parent, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    Snapshot from = parent == null ? null : local.open(parent);
    try (SnapshotDraft draft = local.create(id(batch), from)) {
      try (DataOutputStream out = draft.section("model")) {
        out.write(content);
      }
      draft.commit(Map.of("batches", Integer.toString(batch)));
    }
    return local.open(id(batch));
  }

  private Path elsewhere(String name) {
    return directory.resolve(name);
  }

  private static List<String> contents(Path snapshots) throws IOException {
    try (Stream<Path> all = Files.walk(snapshots)) {
      return all.filter(Files::isRegularFile)
          .map(file -> {
            try {
              return snapshots.relativize(file) + " " + Sha256.of(Files.readAllBytes(file));
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          })
          .sorted()
          .toList();
    }
  }

  private List<Path> pieces() throws IOException {
    try (Stream<Path> all = Files.list(files.resolve("data"))) {
      return all.sorted().toList();
    }
  }

  private void refuse(String id, IOException why) {
    refused.add(id + ": " + why.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsPutIsFetchedToTheBit(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    assertThat(archive.ids()).isEmpty();
    assertThat(archive.fetchNewest("", elsewhere("none"), this::refuse)).isEmpty();
    // More than one piece.
    Snapshot base = snapshot(1, null, SnapshotArchive.PIECE_BYTES + 12_345);
    Snapshot newest = snapshot(2, id(1), 50_000);
    SnapshotArchive.Put first = archive.put(base, () -> false);
    SnapshotArchive.Put second = archive.put(newest, () -> false);
    assertThat(first.bytes()).isGreaterThan(SnapshotArchive.PIECE_BYTES);
    assertThat(second.bytes()).as("the base is there already").isLessThan(60_000);
    assertThat(archive.ids()).containsExactly(id(1), id(2));
    archive.verify(id(2));
    assertThat(archive.bytes(id(2))).isGreaterThan(first.bytes());

    assertThat(archive.fetchNewest("", elsewhere("new"), this::refuse)).contains(id(2));
    assertThat(contents(elsewhere("new"))).isEqualTo(contents(directory.resolve("local")));
    SnapshotStore.openReadOnly(elsewhere("new")).open(id(2)).verify();
    assertThat(archive.fetchNewest(id(2), elsewhere("new"), this::refuse)).isEmpty();
    assertThat(refused).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsThereIsNotFetchedAgainUnlessItIsDamaged(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    archive.put(snapshot(1, null, 10_000), () -> false);
    archive.put(snapshot(2, id(1), 10_000), () -> false);
    Path to = elsewhere("to");
    archive.fetch(id(1), to);
    Path base = to.resolve(id(1)).resolve("model.zst");
    FileTime written = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(base, written);
    archive.fetch(id(2), to);
    assertThat(Files.getLastModifiedTime(base)).isEqualTo(written);
    flip(base);
    archive.fetch(id(2), to);
    assertThat(contents(to)).isEqualTo(contents(directory.resolve("local")));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @ParameterizedTest
  @EnumSource
  void ofADamagedSnapshotTheNextOlderIsTaken(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    archive.put(snapshot(1, null, 10_000), () -> false);
    List<Path> whole = pieces();
    archive.put(snapshot(2, null, 20_000), () -> false);
    List<Path> ofNewest = new ArrayList<>(pieces());
    ofNewest.removeAll(whole);
    archive.put(snapshot(3, id(2), 30_000), () -> false);
    archive.put(snapshot(4, id(3), 40_000), () -> false);
    // What lies: a byte that has changed, a manifest that was cut off, an object that is gone.
    flip(files.resolve("snapshots").resolve(id(4)));
    assertThat(archive.fetchNewest("", elsewhere("a"), this::refuse)).contains(id(3));
    assertThat(refused).singleElement().asString().contains(id(4)).contains("checksum");
    refused.clear();
    flip(ofNewest.getFirst());
    assertThat(archive.fetchNewest("", elsewhere("b"), this::refuse)).contains(id(1));
    assertThat(refused).hasSize(3);
    assertThat(refused.get(1)).contains(id(3));
    assertThat(refused.get(2)).contains(id(2)).contains("not those that were put");
    refused.clear();
    Files.delete(ofNewest.getFirst());
    assertThat(archive.fetchNewest("", elsewhere("c"), this::refuse)).contains(id(1));
    assertThat(refused.get(2)).contains("no such object");
    assertThatThrownBy(() -> archive.verify(id(2))).isInstanceOf(DamagedArchiveException.class);
    // The directory is one that an engine can start from, with nothing half in it.
    SnapshotStore restored = SnapshotStore.open(elsewhere("c"));
    assertThat(restored.openLatestWhole((id, e) -> {}).orElseThrow().manifest().id())
        .isEqualTo(id(1));
    // What was gone is put again with the next snapshot that needs it.
    archive.put(snapshot(5, id(2), 10), () -> false);
    archive.verify(id(5));
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotOfWhichTheManifestIsMissingIsNotThere(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    archive.put(snapshot(1, null, 10_000), () -> false);
    Snapshot next = snapshot(2, id(1), SnapshotArchive.PIECE_BYTES + 1);
    // At every object, as if the process had died there: before the first, between, at the last.
    for (int stop = 0; stop < 6; stop++) {
      int[] left = {stop};
      assertThatThrownBy(() -> archive.put(next, () -> left[0]-- == 0))
          .hasMessageContaining("given up");
      assertThat(archive.ids()).containsExactly(id(1));
      Path to = elsewhere("stop" + stop);
      assertThat(archive.fetchNewest("", to, this::refuse)).contains(id(1));
    }
    archive.put(next, () -> false);
    assertThat(archive.fetchNewest("", elsewhere("whole"), this::refuse)).contains(id(2));
    assertThat(refused).isEmpty();
  }

  /** A process that is killed while it puts: what it had put is no snapshot, and does no harm. */
  @Test
  void aProcessThatIsKilledLeavesNothingThatIsTaken() throws Exception {
    SnapshotArchive archive = archive(Kind.S3);
    archive.put(snapshot(1, null, 10_000), () -> false);
    Snapshot next = snapshot(2, id(1), 6 * SnapshotArchive.PIECE_BYTES);
    int before = pieces().size();
    Process putting =
        PuttingProcess.start(server.location("test/prefix-" + prefixes, 60_000), next);
    while (pieces().size() == before && putting.isAlive()) {
      Thread.sleep(1);
    }
    assertThat(putting.isAlive()).as("killed before it was done").isTrue();
    putting.destroyForcibly().waitFor();
    assertThat(archive.ids()).containsExactly(id(1));
    assertThat(archive.fetchNewest("", elsewhere("to"), this::refuse)).contains(id(1));
    archive.put(next, () -> false);
    archive.verify(id(2));
    assertThat(refused).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void asManyAreKeptAsAskedForWithAnotherBase(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    archive.put(snapshot(1, null, 1_000), () -> false);
    archive.put(snapshot(2, id(1), 1_000), () -> false);
    archive.put(snapshot(3, null, 1_000), () -> false);
    for (int batch = 4; batch < 8; batch++) {
      archive.put(snapshot(batch, id(batch - 1), 1_000), () -> false);
    }
    assertThat(archive.retain(3)).isEqualTo(3);
    assertThat(archive.ids()).containsExactly(id(2), id(5), id(6), id(7));
    int before = pieces().size();
    // Pieces that nothing names stay for an hour, so that none is taken that is about to be named.
    assertThat(archive.retain(1)).isEqualTo(3);
    assertThat(pieces()).hasSize(before);
    for (Path piece : pieces()) {
      Files.setLastModifiedTime(piece, FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS)));
    }
    assertThat(archive.retain(1)).isZero();
    assertThat(pieces()).hasSizeLessThan(before);
    archive.verify(id(7));
    assertThatThrownBy(() -> archive.retain(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDamagedDoesNotCountAndANewerOneOfOthersStays(Kind kind) throws Exception {
    SnapshotArchive archive = archive(kind);
    for (int batch = 1; batch < 5; batch++) {
      archive.put(snapshot(batch, null, 1_000), () -> false);
    }
    flip(files.resolve("snapshots").resolve(id(4)));
    assertThat(archive.retain(2)).isEqualTo(1);
    assertThat(archive.ids()).containsExactly(id(2), id(3), id(4));
    Snapshot older = local.open(id(1));
    assertThatThrownBy(() -> archive.put(older, () -> false))
        .hasMessageContaining("newer than " + id(1));
    // What cannot be started from is nobody's newest.
    flip(files.resolve("snapshots").resolve(id(3)));
    flip(files.resolve("snapshots").resolve(id(2)));
    archive.put(older, () -> false);
    archive.verify(id(1));
  }
}
