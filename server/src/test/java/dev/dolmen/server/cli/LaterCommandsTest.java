package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class LaterCommandsTest {
  @TempDir Path directory;

  @AfterEach
  void forgetTheFile() {
    System.clearProperty(LaterCommands.PROPERTY);
  }

  @Test
  void theHelpListsWhatIsNotBuilt() throws Exception {
    name("# a comment that is none\nforecast  weather  Says if it rains: 100%.\n");
    assertThat(DolmenCommand.commandLine().getUsageMessage(Ansi.OFF))
        .containsPattern("\n  forecast +Says if it rains: 100%\\.\n")
        .doesNotContain("is none");
  }

  @Test
  void withoutTheFileItListsWhatItHas() {
    assertThat(DolmenCommand.commandLine().getSubcommands())
        .containsKeys("serve", "help")
        .doesNotContainKey("forecast");
  }

  @Test
  void whatIsNotBuiltSaysHowToStartIt() throws Exception {
    name("forecast  weather  Says if it rains.\n");
    StringWriter err = new StringWriter();
    CommandLine program = DolmenCommand.commandLine().setErr(new PrintWriter(err));
    assertThat(program.execute("forecast", "--days", "3")).isEqualTo(2);
    assertThat(err.toString()).contains("start it by ./dolmen forecast");
  }

  private void name(String commands) throws Exception {
    Path file = Files.writeString(directory.resolve("commands.txt"), commands);
    System.setProperty(LaterCommands.PROPERTY, file.toString());
  }
}
