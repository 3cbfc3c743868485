package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher does itself, before there is any program. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../../dolmen");

  @ParameterizedTest
  @ValueSource(strings = {"test", "format", "java-home", "record-starts"})
  void saysWhatItsOwnCommandsDo(String command) throws IOException, InterruptedException {
    for (String help : new String[] {"-h", "--help"}) {
      Process process =
          new ProcessBuilder("bash", LAUNCHER.toString(), command, help)
              .redirectErrorStream(true)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      assertThat(printed)
          .contains("./dolmen test [MAVEN ARGUMENTS]", "./dolmen --help", "DOLMEN_JAVA_HOME")
          .doesNotContain("usage: mvn");
    }
  }

  /** A record of starts is a help: one that is damaged, of another build or gone stops nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"../../dolmen", "../../deploy/entrypoint"})
  void aRecordOfStartsThatDoesNotFitStopsNothing(String script, @TempDir Path folder)
      throws IOException, InterruptedException {
    Path damaged = Files.write(folder.resolve("damaged.aot"), new byte[4_096]);
    for (Path cache : List.of(damaged, folder.resolve("gone.aot"))) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(recorded(Path.of(script), cache));
      command.add("--version");
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      assertThat(printed).contains("Runtime Environment").doesNotContain("aot");
    }
  }

  /** The flags with which a script has its JVM use a record. */
  private static List<String> recorded(Path script, Path cache) throws IOException {
    Matcher flags =
        Pattern.compile("recorded=\\((\"-XX:AOTCache=[^)]+)\\)").matcher(Files.readString(script));
    assertThat(flags.find()).as("flags in " + script).isTrue();
    return Stream.of(flags.group(1).split(" "))
        .map(flag -> flag.startsWith("\"") ? "-XX:AOTCache=" + cache : flag)
        .toList();
  }
}
