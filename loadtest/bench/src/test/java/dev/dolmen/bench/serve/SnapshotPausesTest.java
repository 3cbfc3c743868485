package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ServerProcess;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPausesTest {
  private static final int NOBODY_LISTENS = 1;
  private static final int HEAP_MB = 512;

  /** A real server takes one at least, however soon there is enough. */
  @Test
  void aSnapshotIsTakenAndItsPauseTold(@TempDir Path folder) throws Exception {
    LargeShop shop = new LargeShop(LargeShop.ITEMS_MIN, 1);
    Terminal nowhere = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    ShopData data = new ShopData(shop, 1, folder.resolve("kept"), nowhere);
    Path config =
        Files.writeString(folder.resolve("dolmen.yaml"), data.yaml(folder.resolve("data")));
    try (ServerProcess server =
        ServerProcess.serving(config, folder.resolve("server.log"), HEAP_MB)) {
      server.start();
      double longest;
      try (SnapshotPauses pauses = new SnapshotPauses(server.port())) {
        longest = pauses.longestMs();
      }
      assertThat(longest).isPositive();
      try (Connection connection = Connection.toLocal(server.port())) {
        assertThat(connection.status().getLatestSnapshotId()).isNotEmpty();
      }
    }
  }

  @Test
  void thatNoneCouldBeTakenIsSaid() throws Exception {
    try (SnapshotPauses pauses = new SnapshotPauses(NOBODY_LISTENS)) {
      assertThatThrownBy(pauses::longestMs)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StatusRuntimeException.class);
    }
  }
}
