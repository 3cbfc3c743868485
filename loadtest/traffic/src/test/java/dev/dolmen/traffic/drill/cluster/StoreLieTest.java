package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dolmen.parameterstore.archive.ObjectStore;
import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.snapshot.StoredSnapshots;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The drill's judgement of a store that lies, on a real one: it passes whoever begins as the
 * product does, and fails whoever does so without one of the product's checks.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class StoreLieTest {
  private static final int BEFORE = 7;
  private static final int NEWEST = 9;

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(StoredSnapshots.class);

  @BeforeEach
  void listen() {
    ObjectStoreServerTest.haveCredentials();
    said.start();
    logger.addAppender(said);
  }

  @AfterEach
  void leave() {
    ObjectStoreServerTest.forgetCredentials();
    logger.detachAppender(said);
    logger.setLevel(null);
  }

  /** What a start in Kafka's log does with the store and the directory, in this process. */
  private final class Starting implements BareServer {
    private final StoreLocation location;
    private final Path snapshots;
    private final UnaryOperator<ObjectStore> seenAs;
    private final boolean checksBlocks;
    private long batches;

    Starting(
        StoreLocation location, String name, UnaryOperator<ObjectStore> seenAs, boolean checks) {
      this.location = location;
      this.snapshots = directory.resolve(name);
      this.seenAs = seenAs;
      this.checksBlocks = checks;
    }

    @Override
    public String name() {
      return "server";
    }

    @Override
    public void beginAgain() throws IOException {
      try (SnapshotArchive archive = new SnapshotArchive(seenAs.apply(location.open()))) {
        Optional<String> fetched = StoredSnapshots.fetch(archive, "", snapshots);
        Optional<String> taken =
            checksBlocks
                ? SnapshotStore.open(snapshots)
                    .openLatestWhole((id, why) -> {})
                    .map(snapshot -> snapshot.manifest().id())
                : fetched;
        batches = taken.map(StoredFiles::batches).orElse(0L);
      }
    }

    @Override
    public long awaitBatches() {
      return batches;
    }

    @Override
    public void requireSaid(String text) throws IOException {
      if (said.list.stream().noneMatch(line -> line.getFormattedMessage().contains(text))) {
        throw new IOException("server does not say \"" + text + "\"");
      }
    }
  }

  private void put(StoreLocation location, int batches) throws IOException {
    String id = "%016d-%016x".formatted(batches, 100 + batches);
    SnapshotStore local = SnapshotStore.open(directory.resolve("local"));
    try (SnapshotDraft draft = local.create(id, null)) {
      try (DataOutputStream out = draft.section("model")) {
        for (int i = 0; i < 1_000; i++) {
          out.writeLong((long) batches * i);
        }
      }
      draft.commit(Map.of("batches", Integer.toString(batches)));
    }
    try (SnapshotArchive archive = new SnapshotArchive(location.open())) {
      archive.put(local.open(id), () -> false);
    }
  }

  /** Damages a byte for one trial: the next one flips it back. */
  private static void tell(StoredFiles stored, BareServer server) throws Exception {
    assertThat(stored.damaged(stored.newest())).isEmpty();
    try {
      StoreLie.tell(stored, server);
    } finally {
      assertThat(stored.damaged(stored.newest())).isNotEmpty();
      stored.damage(stored.newest());
    }
  }

  @Test
  void whoeverTakesUncheckedWhatTheStoreGivesFails() throws Exception {
    try (ObjectStoreServer server = new ObjectStoreServer(directory.resolve("store"))) {
      server.start();
      StoreLocation location = ObjectStoreServerTest.configured(server, directory);
      StoredFiles stored = server.files("shop");
      put(location, BEFORE);
      assertThat(StoreLie.isPossible(stored)).isFalse();
      put(location, NEWEST);
      assertThat(StoreLie.isPossible(stored)).isTrue();

      tell(stored, new Starting(location, "checks", UnaryOperator.identity(), true));

      BareServer believes = new Starting(location, "believes", VouchingStore::new, false);
      assertThatThrownBy(() -> tell(stored, believes))
          .hasMessageContaining("server began with 9 batches, and not with snapshot")
          .hasMessageContaining("0000000000000007-");

      // What is in the pieces has checksums of its own; but then nothing is left to begin with.
      BareServer looksLater = new Starting(location, "looks-later", VouchingStore::new, true);
      assertThatThrownBy(() -> tell(stored, looksLater))
          .hasMessageContaining("server began with 0 batches, and not with snapshot");

      logger.setLevel(Level.OFF);
      said.list.clear();
      BareServer silent = new Starting(location, "silent", UnaryOperator.identity(), true);
      assertThatThrownBy(() -> tell(stored, silent))
          .hasMessageContaining("does not say \"Snapshot 0000000000000009-");
    }
  }
}
