package dev.dolmen.loadtest.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.loadtest.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A short drill of each kind on a server process, and what a failed one looks like. */
class DrillTest {
  private static final Terminal NOWHERE =
      new Terminal(
          new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8), false);

  @TempDir Path directory;

  @Test
  void aKilledServerLosesNothingAndLearnsTheSame() throws Exception {
    DrillResult result = new Drill(DrillKind.CRASH, 3, 2, 7, directory, NOWHERE).run();
    assertThat(result.passed()).as(result.text()).isTrue();
    assertThat(result.runs()).isEqualTo(3);
    assertThat(result.acknowledged()).isGreaterThan(500);
  }

  @Test
  void eventsSentTwiceAndOutOfOrderAreLearnedOnce() throws Exception {
    DrillResult twice =
        new Drill(DrillKind.DUPLICATE, 1, 0, 7, directory.resolve("duplicate"), NOWHERE).run();
    assertThat(twice.passed()).as(twice.text()).isTrue();
    DrillResult shuffled =
        new Drill(DrillKind.REORDER, 1, 0, 7, directory.resolve("reorder"), NOWHERE).run();
    assertThat(shuffled.passed()).as(shuffled.text()).isTrue();
    assertThat(shuffled.acknowledged()).isGreaterThan(500);
  }

  @Test
  void whatWasLostOrLearnedTwiceFails() {
    List<Long> ready = List.of(900L, 1_000L, 1_100L);
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 0, 0, true, ready).passed()).isTrue();
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 1, 0, true, ready).passed()).isFalse();
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 0, 1, true, ready).passed()).isFalse();
    DrillResult other = new DrillResult(DrillKind.CRASH, 3, 10, 0, 0, false, ready);
    assertThat(other.passed()).isFalse();
    assertThat(other.text()).contains("DIFFERENT").contains("1000").contains("1100");
    assertThat(other.json().text()).contains("\"state_hash_equal\" : false");
  }

  @Test
  void anUnknownDrillIsRefused() {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    CommandLine line = new CommandLine(new DrillCommand(NOWHERE, NOWHERE));
    line.setErr(new java.io.PrintWriter(errors, true, StandardCharsets.UTF_8));
    assertThat(line.execute("flood")).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains("\"flood\", expected crash, duplicate or reorder");
  }
}
