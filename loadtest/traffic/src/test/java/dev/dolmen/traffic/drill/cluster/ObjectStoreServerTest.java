package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.archive.ObjectStore;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member's configuration leads to the store, and what the drill does to the store shows. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ObjectStoreServerTest {
  private static final String KEY = "aws.accessKeyId";
  private static final String SECRET = "aws.secretAccessKey";
  private static final byte[] BYTES = "a snapshot".getBytes(StandardCharsets.UTF_8);
  private static final int LATE_MS = 300;

  @TempDir Path directory;

  static void haveCredentials() {
    for (String flag : ObjectStoreServer.credentials()) {
      String[] property = flag.substring("-D".length()).split("=", 2);
      System.setProperty(property[0], property[1]);
    }
  }

  @AfterEach
  void forget() {
    forgetCredentials();
  }

  static void forgetCredentials() {
    System.clearProperty(KEY);
    System.clearProperty(SECRET);
  }

  /** As a member of the cluster reaches it. */
  static StoreLocation configured(ObjectStoreServer server, Path directory) throws Exception {
    Path file = directory.resolve("member.yaml");
    MemberConfig config = new MemberConfig("shop", 3, "fp32", 10, server);
    Files.writeString(file, config.yaml(directory.resolve("data"), "trainer", "127.0.0.1:9092"));
    return DolmenConfig.load(file, Map.of()).snapshots().store();
  }

  @Test
  void itGoesAwayComesBackWithWhatItHeldAndCanBeSlow() throws Exception {
    haveCredentials();
    try (ObjectStoreServer server = new ObjectStoreServer(directory.resolve("store"));
        ObjectStore store = configured(server, directory).open()) {
      server.start();
      store.put("snapshots/0000000000000001-0000000000000002", BYTES);
      assertThat(server.files("shop").newest()).isEqualTo("0000000000000001-0000000000000002");
      server.kill();
      assertThatThrownBy(() -> store.list("")).isInstanceOf(IOException.class);
      server.start();
      server.network().answersLate(LATE_MS);
      long asked = System.nanoTime();
      assertThat(store.get(store.list("").getFirst().key(), 100)).isEqualTo(BYTES);
      assertThat(System.nanoTime() - asked)
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * LATE_MS));
    }
  }

  @Test
  void withoutAStoreAMemberHasNone() throws Exception {
    Path file = directory.resolve("member.yaml");
    MemberConfig config = new MemberConfig("shop", 3, "fp32", null, null);
    Files.writeString(file, config.yaml(directory.resolve("data"), "server", "127.0.0.1:9092"));
    assertThat(DolmenConfig.load(file, Map.of()).snapshots().store().isNone()).isTrue();
  }
}
