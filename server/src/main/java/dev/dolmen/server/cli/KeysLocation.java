package dev.dolmen.server.cli;

import dev.dolmen.server.access.Access;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.config.DolmenConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the file of API keys, whether a server uses it or not. */
final class KeysLocation {
  private static final String OPTION = "--keys-file";

  @Mixin private ConfigFile config = new ConfigFile();

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DIR",
      description = "The data directory, in place of the configuration's.")
  private @Nullable Path directory;

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description = "The file of keys, in place of the configuration's: for a secret, say.")
  private @Nullable Path file;

  KeyFile file() {
    if (file != null) {
      return new KeyFile(OPTION, file);
    }
    DolmenConfig settings = config.load();
    return Access.keyFile(
        settings.server().access(), directory == null ? settings.dataDirectory() : directory);
  }
}
