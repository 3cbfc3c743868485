package dev.dolmen.server.cli;

import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the configuration. */
final class ConfigFile {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = "${env:DOLMEN_CONFIG}",
      description = "The configuration; DOLMEN_CONFIG names it where this option is not given.")
  private @Nullable Path file;

  /**
   * Reads it.
   *
   * @throws CommandFailedException if there is none, or it is not valid
   */
  DolmenConfig load() {
    if (file == null) {
      throw new CommandFailedException(
          2,
          "no configuration: name one with --config FILE or DOLMEN_CONFIG;"
              + " dolmen config sample > dolmen.yaml writes one");
    }
    return load(file);
  }

  /**
   * Reads it, or returns null if none is named.
   *
   * @throws CommandFailedException if it is not valid
   */
  @Nullable DolmenConfig loadIfNamed() {
    return file == null ? null : load(file);
  }

  static DolmenConfig load(Path file) {
    try {
      return DolmenConfig.load(file, System.getenv());
    } catch (ConfigException e) {
      throw new CommandFailedException(2, e);
    } catch (IOException e) {
      throw new CommandFailedException(2, e);
    }
  }
}
