package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Engine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the hash of everything learned. */
@Command(
    name = "state-hash",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Restores a data directory that no process uses, learns what its log holds, and prints a"
          + " hash of everything that came of it: table, model, sessions, catalogue.",
      "Two directories with the same log and the same batches print the same, whether a process"
          + " was killed in between or not."
    },
    footer = {"", "Example:", "  dolmen state-hash --config dolmen.yaml"})
final class StateHashCommand implements Callable<Integer> {
  @Mixin private ConfigFile config = new ConfigFile();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    DolmenConfig settings = config.load();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Engine engine = Engine.open(settings.engine(), InstantSource.system(), meters)) {
      Terminal.out(spec).line(Long.toHexString(engine.stateHash()));
    } catch (IOException e) {
      throw new CommandFailedException(1, settings.dataDirectory() + ": " + e.getMessage());
    }
    return 0;
  }
}
