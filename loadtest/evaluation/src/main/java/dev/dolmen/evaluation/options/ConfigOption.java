package dev.dolmen.evaluation.options;

import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With which configuration the product learns. */
public final class ConfigOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration of Dolmen, its schema included; its directory, log and snapshots are"
              + " not touched. Default: as it is shipped, with a schema that follows from the files.")
  private @Nullable Path config;

  /**
   * The configuration, null if none is given.
   *
   * @throws CommandFailedException if it cannot be read or is not valid
   */
  public @Nullable DolmenConfig read() {
    if (config == null) {
      return null;
    }
    try {
      return DolmenConfig.load(config, System.getenv());
    } catch (ConfigException | IOException e) {
      throw new CommandFailedException(2, e);
    }
  }

  /**
   * The text of the configuration, null if none is given.
   *
   * @throws CommandFailedException if it cannot be read or is not valid
   */
  public @Nullable String text() {
    if (config == null) {
      return null;
    }
    try {
      DolmenConfig.load(config, System.getenv());
      return Files.readString(config);
    } catch (ConfigException | IOException e) {
      throw new CommandFailedException(2, e);
    }
  }

  /**
   * A configuration of this text, with what the environment overrides.
   *
   * @throws CommandFailedException if it is not valid
   */
  public DolmenConfig parse(String text) {
    try {
      return DolmenConfig.parse(String.valueOf(config), text, System.getenv());
    } catch (ConfigException e) {
      throw new CommandFailedException(2, e);
    }
  }
}
