package dev.dolmen.parameterstore.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that is away, hangs or refuses: a call ends with the reason, after a bounded time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class StoreAwayTest {
  private static final byte[] LARGE = new byte[SnapshotArchive.PIECE_BYTES];

  @TempDir Path directory;

  @Test
  void s3() throws Exception {
    S3Server.useCredentials();
    try (S3Server server = S3Server.start(directory);
        ObjectStore patient = server.location("a", 60_000).open();
        ObjectStore store = server.location("a", 3_000).open()) {
      patient.put("data/x", LARGE); // The first call takes its time.
      assertThat(store.get("data/x", LARGE.length)).isEqualTo(LARGE);
      assertThatThrownBy(() -> store.get("data/x", 10)).hasMessageContaining("expected 10 bytes");
      assertThatThrownBy(() -> store.get("data/y", 10)).isInstanceOf(NoSuchFileException.class);
      store.delete("data/y");
      server.pause(true);
      assertFails(store);
      server.pause(false);
      store.put("data/y", LARGE);
      server.kill();
      assertFails(store);
      server.restart();
      store.put("data/y", LARGE);
      assertThat(store.list("data/")).extracting(StoredObject::bytes).containsOnly(8L << 20);
    }
  }

  /** Each by itself, all at once: where the store hangs, each waits for its time. */
  private static void assertFails(ObjectStore store) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls =
          List.of(
              threads.submit(
                  () -> assertFails(() -> store.put("data/z", LARGE), "s3://shop/a/data/z")),
              threads.submit(
                  () -> assertFails(() -> store.get("data/x", LARGE.length), "s3://shop/a/data/x")),
              threads.submit(() -> assertFails(() -> store.list("data/"), "")),
              threads.submit(() -> assertFails(() -> store.delete("data/x"), "")));
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  private static void assertFails(ThrowingCallable call, String named) {
    assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessageContaining(named);
  }

  @Test
  void aFolderThatIsNotMountedIsNoEmptyStore() {
    StoreLocation where =
        new StoreLocation(directory.resolve("away").toString(), "", "", false, 1_000);
    try (SnapshotArchive archive = new SnapshotArchive(where.open())) {
      assertThatThrownBy(archive::ids).hasMessageContaining("no such folder");
    }
  }
}
