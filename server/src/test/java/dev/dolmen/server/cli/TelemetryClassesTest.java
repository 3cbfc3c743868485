package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that sends nothing to a collector does not load what could. */
@Timeout(value = 200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it hangs for ever.
class TelemetryClassesTest {
  private static final String LIBRARY = "io.opentelemetry.";
  private static final String OURS = "dev.dolmen.server.otlp.";

  @TempDir Path directory;

  @Test
  void nothingOfOpenTelemetryIsLoaded() throws Exception {
    assertThat(loaded("")).noneMatch(c -> c.contains(LIBRARY) || c.contains(OURS));
  }

  /** Nobody listens there, which stops no start. */
  @Test
  void unlessACollectorIsConfigured() throws Exception {
    assertThat(loaded("http://127.0.0.1:1"))
        .anyMatch(c -> c.contains(LIBRARY))
        .anyMatch(c -> c.contains(OURS));
  }

  private List<String> loaded(String endpoint) throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("c.yaml"),
            """
            data_directory: "%s"
            server: {host: 127.0.0.1, metrics_host: 127.0.0.1, warm_up: 0s}
            log: {min_free_bytes: 16MiB, segment_bytes: 1MiB}
            telemetry: {otlp: {endpoint: "%s", traces: {ratio: 1}}}
            schema:
              slots:
                - {name: item_id, kind: id}
                - {name: category, kind: category}
            """
                .formatted(directory.resolve("data"), endpoint));
    Path classes = directory.resolve("classes");
    List<String> command = new ArrayList<>(ServeProcess.command(config));
    command.add(1, "-Xlog:class+load:file=" + classes);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader log =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      ServeProcess.readUntil(log, lines, "Serving gRPC");
      Thread rest = Thread.ofVirtual().start(() -> log.lines().forEach(lines::add));
      process.toHandle().destroy(); // SIGTERM
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      rest.join();
      assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    } finally {
      process.destroyForcibly();
    }
    try (Stream<String> lines = Files.lines(classes)) {
      return lines.toList();
    }
  }
}
