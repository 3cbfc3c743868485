package dev.dolmen.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Commands of modules that the launcher builds only when one of them is asked for: the help lists
 * them all the same. The launcher names the file that lists them in a system property; without it,
 * as in the image, the program knows only what it has.
 */
final class LaterCommands {
  static final String PROPERTY = "dolmen.commands";

  private LaterCommands() {}

  /**
   * What stands for each of the commands, by name, in the file's order.
   *
   * @throws UncheckedIOException when the file cannot be read
   */
  static Map<String, Object> read() {
    String file = System.getProperty(PROPERTY);
    return file == null ? Map.of() : read(Path.of(file));
  }

  private static Map<String, Object> read(Path file) {
    Map<String, Object> commands = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(file, UTF_8)) {
        String[] fields = line.split(" +", 3);
        if (fields.length == 3 && !fields[0].startsWith("#")) {
          commands.put(fields[0], standIn(fields[0], fields[2]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return commands;
  }

  /** Runs only where the launcher could not see the name: in a file of arguments, say. */
  private static CommandSpec standIn(String name, String description) {
    Callable<Integer> refusal =
        () -> {
          throw new CommandFailedException(
              2, name + " is not built into this program: start it by ./dolmen " + name);
        };
    CommandSpec spec = CommandSpec.wrapWithoutInspection(refusal).name(name);
    spec.usageMessage().description(description.replace("%", "%%"));
    spec.parser().unmatchedArgumentsAllowed(true);
    return spec;
  }
}
