package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting where something is in the way, and starting again. */
class StartTest {
  @TempDir Path directory;

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      DolmenConfig config = TestServer.config(directory);
      assertThatThrownBy(() -> start(config.withServer(config.server().withPorts(port, 0))))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("server.port: 127.0.0.1:" + port);
      assertThatThrownBy(() -> start(config.withServer(config.server().withPorts(0, port))))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("server.metrics_port: 127.0.0.1:" + port);
    }
  }

  @Test
  void metricsThatAreSwitchedOffTakeNoPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      DolmenConfig config = TestServer.config(directory);
      DolmenConfig without =
          config.withServer(
              config.server().withPorts(0, taken.getLocalPort()).with(s -> s.metrics(false)));
      try (StandaloneServer server = StandaloneServer.start(without)) {
        assertThat(server.metricsPort()).isEqualTo(-1);
        assertThat(server.port()).isPositive();
      }
    }
  }

  @Test
  void aDirectoryThatIsNoneIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertThatThrownBy(() -> start(TestServer.config(file)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("data_directory: " + file);
    assertThatThrownBy(() -> start(TestServer.config(file.resolve("data"))))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("data_directory: ")
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> start(TestServer.config(Path.of("/proc/dolmen"))))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("data_directory: /proc/dolmen cannot be written to");
  }

  @Test
  void aDirectoryInUseIsNamed() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      assertThatThrownBy(() -> start(TestServer.config(directory)))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("data_directory: " + directory);
      server.upsert(TestServer.item("a", "books", 1).build());
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder()
                    .setSessionId("s")
                    .addEvents(SessionEvent.newBuilder().setItemId("c")))
            .setK(10)
            .setIncludeSeen(true)
            .build();
    long version;
    try (TestServer server = new TestServer(directory)) {
      server.upsert(
          TestServer.item("a", "books", 1).build(),
          TestServer.item("b", "books", 2).build(),
          TestServer.item("c", "shoes", 3).build());
      server.click("s", "a", "b");
      version = server.recommendations().recommend(request).getModelVersion();
    }
    try (TestServer server = new TestServer(directory)) {
      var after = server.recommendations().recommend(request);
      assertThat(after.getItemsCount()).isEqualTo(3);
      assertThat(after.getSessionEventsUsed()).isEqualTo(3);
      assertThat(after.getModelVersion()).isGreaterThanOrEqualTo(version);
    }
  }

  private static void start(DolmenConfig config) throws StartException {
    StandaloneServer.start(config).close();
  }
}
