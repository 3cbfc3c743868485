package dev.dolmen.server.cli;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.StartException;
import dev.dolmen.server.TrainingRun;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Runs for a JVM that records it; the launcher and the image's build ask for it. */
@Command(
    name = "training-run",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server with made-up items and visits on free ports of this machine, and once more"
          + " from its snapshot, then ends: for a JVM that records what starts need"
          + " (-XX:AOTCacheOutput). About half a minute.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:a server could not be started; the message says why"},
    footer = {
      "",
      "Example:",
      "  DOLMEN_JAVA_OPTIONS=-XX:AOTCacheOutput=dolmen.aot dolmen training-run"
    })
final class TrainingRunCommand implements Callable<Integer> {
  private static final Duration TIME = Duration.ofSeconds(5);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("dolmen-training-run-");
    try {
      TrainingRun.run(config(), directory.resolve("data"), TIME, InstantSource.system());
    } catch (StartException e) {
      throw new CommandFailedException(1, e);
    } finally {
      DirectoryTree.delete(directory);
    }
    return 0;
  }

  /** The sample's, with a slot of every kind. */
  private static DolmenConfig config() {
    try {
      return DolmenConfig.parse("sample", DolmenConfig.sample(), Map.of());
    } catch (ConfigException e) {
      throw new IllegalStateException(e);
    }
  }
}
