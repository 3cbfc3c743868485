package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher does itself, before there is any program. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../../dolmen");

  @ParameterizedTest
  @ValueSource(strings = {"test", "format", "java-home"})
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
}
