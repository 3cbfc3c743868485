package dev.dolmen.traffic.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What failed can be looked at. */
class AttemptTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Terminal out =
      new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
  private final List<Path> folders = new ArrayList<>();

  @AfterEach
  void delete() throws IOException {
    for (Path folder : folders) {
      DirectoryTree.delete(folder);
    }
  }

  private int exitCode(Attempt attempt) throws Exception {
    return attempt.exitCode("attempt-test-", new Reporting(), out, out);
  }

  private Attempt ending(boolean passed) {
    return folder -> {
      folders.add(folder);
      Files.writeString(folder.resolve("log"), "what went wrong");
      return new Attempt.Outcome(passed, "one line\n", new JsonReport());
    };
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void nothingIsLeftOfWhatPassed() throws Exception {
    assertThat(exitCode(ending(true))).isZero();
    assertThat(folders.getFirst()).doesNotExist();
    assertThat(text()).contains("one line").doesNotContain("is kept in");
  }

  @Test
  void whatFailedIsKept() throws Exception {
    assertThat(exitCode(ending(false))).isEqualTo(1);
    assertThat(folders.getFirst().resolve("log")).exists();
    assertThat(text()).contains("one line", "everything is kept in " + folders.getFirst());
  }

  @Test
  void whatCouldNotBeDoneIsKept() throws Exception {
    Attempt attempt =
        folder -> {
          folders.add(folder);
          throw new IOException("the disk is full");
        };
    assertThat(exitCode(attempt)).isEqualTo(1);
    assertThat(folders.getFirst()).exists();
    assertThat(text())
        .contains("the drill failed: the disk is full", "is kept in " + folders.getFirst());
  }
}
