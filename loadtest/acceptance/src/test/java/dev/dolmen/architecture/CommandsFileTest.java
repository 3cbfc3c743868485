package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.SubcommandProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * {@code loadtest/commands.txt}, which the launcher and the help read, says what the commands of
 * the modules that are built when they are asked for say of themselves.
 */
class CommandsFileTest {
  private static final Path FILE = Path.of("../commands.txt");

  @Test
  void saysWhatTheCommandsSay() throws Exception {
    Map<String, String> written =
        Files.readAllLines(FILE).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" +", 2))
            .collect(Collectors.toMap(f -> f[0], f -> f[1].replaceAll("^(\\S+) +", "$1: ")));

    Map<String, String> said = new TreeMap<>();
    for (SubcommandProvider provider : ServiceLoader.load(SubcommandProvider.class)) {
      String module = "loadtest/" + provider.getClass().getPackageName().split("\\.", -1)[2];
      if (!module.equals("loadtest/traffic")) {
        for (Object command : provider.subcommands()) {
          CommandLine built = new CommandLine(command);
          String[] words = built.getCommandSpec().usageMessage().description();
          said.put(built.getCommandName(), module + ": " + words[0]);
        }
      }
    }
    assertThat(written).isEqualTo(said).hasSize(4);
  }
}
