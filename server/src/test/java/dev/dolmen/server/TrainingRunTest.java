package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.DolmenConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
  @TempDir Path directory;

  /** With the sample's schema, which has a slot of every kind. */
  @Test
  void startsASecondTimeFromWhatTheFirstHasLearned() throws Exception {
    DolmenConfig config = DolmenConfig.parse("sample", DolmenConfig.sample(), Map.of());
    Path data = directory.resolve("data");
    TrainingRun.run(config, data, Duration.ofMillis(200), InstantSource.system());
    try (Stream<Path> snapshots = Files.list(data.resolve("snapshots"))) {
      assertThat(snapshots.filter(Files::isDirectory)).isNotEmpty();
    }
    assertThat(data.resolve("warm-up")).doesNotExist();
  }
}
