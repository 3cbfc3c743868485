package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.thread.BackgroundThreads;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class EngineThreadsTest {
  private static final int NICEST = 19;

  @TempDir Path directory;

  @Test
  void whatLearnsAndWhatWritesSnapshotsLeavesTheProcessorsToWhoAnswers() throws Exception {
    EngineOptions options =
        Shop.options(directory)
            .with(e -> e.training(TrainingOptions.defaults().with(t -> t.threads(2))));
    try (Engine engine = Engine.open(options, InstantSource.system(), new SimpleMeterRegistry())) {
      engine.snapshot();
      Map<String, Integer> niceness = nicenessOfThreads();
      int ofProcess = nicenessOfProcess();
      assertThat(niceness.get("dolmen-trainer"))
          .isEqualTo(Math.min(NICEST, ofProcess + BackgroundThreads.LEARNING));
      assertThat(niceness.get("dolmen-kernels"))
          .isEqualTo(Math.min(NICEST, ofProcess + BackgroundThreads.LEARNING));
      assertThat(niceness.get("dolmen-snapshots".substring(0, 15)))
          .isEqualTo(Math.min(NICEST, ofProcess + BackgroundThreads.UPKEEP));
    }
  }

  /** By name, as far as the kernel keeps it; the newest of a name. */
  static Map<String, Integer> nicenessOfThreads() throws IOException {
    Map<String, Integer> found = new HashMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          found.put(
              Files.readString(thread.resolve("comm")).strip(), niceness(thread.resolve("stat")));
        } catch (NoSuchFileException e) {
          // It has ended.
        }
      }
    }
    return found;
  }

  static int nicenessOfProcess() throws IOException {
    return niceness(Path.of("/proc/self/stat"));
  }

  /** Field 19 of proc_pid_stat(5); the name in field 2 may hold spaces. */
  private static int niceness(Path stat) throws IOException {
    String all = Files.readString(stat);
    return Integer.parseInt(all.substring(all.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }
}
