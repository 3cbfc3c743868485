package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Who may read what the process and the commands write. */
class PrivateDataTest {
  @TempDir Path directory;
  private final StringWriter err = new StringWriter();

  @Test
  void aServersDataIsForItsUserAlone() throws Exception {
    Path data = directory.resolve("data");
    serve(data);
    assertPrivate(data, "lock", "log", "journal", "snapshots");

    String id = SnapshotStore.openReadOnly(data.resolve("snapshots")).ids().getLast();
    Path restored = directory.resolve("restored");
    assertThat(
            run("snapshot", "restore", id, "--data", data.toString(), "--to", restored.toString()))
        .as(err::toString)
        .isZero();
    assertPrivate(restored, "snapshots");
  }

  @Test
  void aTrainedDirectoryIsForItsUserAlone() throws Exception {
    Path dataset = Files.createDirectory(directory.resolve("shop"));
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int i = 0; i < 60; i++) {
      clicks.append("s" + i / 4 + "\ti" + i % 7 + "\t" + (1_700_000_000 + i) + "\n");
    }
    Files.writeString(dataset.resolve("shop.inter"), clicks);
    Path data = directory.resolve("trained");
    assertThat(run("train", "--data", dataset.toString(), "--to", data.toString()))
        .as(err::toString)
        .isZero();
    assertPrivate(data, "lock", "snapshots", "dolmen.yaml");
  }

  @Test
  void aDirectoryThatIsOpenIsUsedAndSaid() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x--x"));
    Logger logger = (Logger) LoggerFactory.getLogger(DirectoryLock.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      serve(data);
    } finally {
      logger.detachAppender(lines);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "data directory "
                + data
                + " is open to others (rwxr-x--x): close it with chmod -R go= "
                + data);
    Map<String, String> found = open(data);
    assertThat(found).containsOnlyKeys("");
  }

  private void serve(Path data) throws Exception {
    Path file = directory.resolve("dolmen.yaml");
    Files.writeString(
        file,
        """
        data_directory: %s
        server: {host: 127.0.0.1, metrics_host: 127.0.0.1, port: 0, metrics_port: 0, warm_up: 0s}
        schema:
          slots:
            - {name: item_id, kind: id}
        """
            .formatted(data));
    try (StandaloneServer server = StandaloneServer.start(DolmenConfig.load(file, Map.of()))) {
      server.engine().ingest().upsert(Item.newBuilder().setItemId("a").build());
      server.engine().snapshot();
    }
  }

  private static void assertPrivate(Path data, String... names) throws IOException {
    assertThat(data.toFile().list()).contains(names);
    assertThat(open(data)).isEmpty();
  }

  /** What others may use, with its rights. */
  private static Map<String, String> open(Path data) throws IOException {
    Map<String, String> found = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> paths = Files.walk(data)) {
      all = paths.toList();
    }
    assertThat(all.size()).isGreaterThan(3);
    for (Path path : all) {
      String rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
      if (!rights.endsWith("------")) {
        found.put(data.relativize(path).toString(), rights);
      }
    }
    return found;
  }

  private int run(String... args) {
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(new StringWriter(), true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
