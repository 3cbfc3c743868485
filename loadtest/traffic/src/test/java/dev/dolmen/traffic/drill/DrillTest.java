package dev.dolmen.traffic.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.Stall;
import dev.dolmen.traffic.local.SmallDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
  void aSlowLogLosesNothing() throws Exception {
    DrillResult result = new Drill(DrillKind.SLOW_DISK, 2, 1, 7, directory, NOWHERE).run();
    assertThat(result.passed()).as(result.text()).isTrue();
    assertThat(result.runs()).isEqualTo(2);
    assertThat(result.acknowledged()).isGreaterThan(20);
  }

  @Test
  void aClockThatJumpsChangesNothingThatIsLearned() throws Exception {
    DrillResult result = new Drill(DrillKind.CLOCK_JUMP, 3, 1, 7, directory, NOWHERE).run();
    assertThat(result.passed()).as(result.text()).isTrue();
    assertThat(result.runs()).isEqualTo(2);
    assertThat(result.acknowledged()).isGreaterThan(500);
    JumpingClock clock = new JumpingClock(() -> Instant.ofEpochMilli(1_400_000));
    assertThat(clock.instant())
        .isEqualTo(clock.instant())
        .isBetween(
            Instant.ofEpochMilli(1_400_000).minus(Duration.ofHours(6)),
            Instant.ofEpochMilli(1_400_000).plus(Duration.ofDays(40)))
        .isNotEqualTo(new JumpingClock(() -> Instant.ofEpochMilli(1_400_700)).instant());
  }

  /** Where this process may not mount, it says so. */
  @Test
  void aFullDiskIsSurvivedOrCannotBeHad() throws Exception {
    Drill drill = new Drill(DrillKind.DISK_FULL, 1, 1, 7, directory, NOWHERE);
    if (SmallDisk.isPossible()) {
      DrillResult result = drill.run();
      assertThat(result.passed()).as(result.text()).isTrue();
      assertThat(result.acknowledged()).isGreaterThan(500);
      assertThat(result.runs()).as("with one that was refused between them").isEqualTo(2);
      assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(directory.toString());
    } else {
      assertThatThrownBy(drill::run)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("needs root");
    }
  }

  @Test
  void whatStandsStillIsNoticed() throws Exception {
    Stall stall = new Stall(Duration.ZERO);
    stall.check(1, "x");
    stall.check(2, "x");
    assertThatThrownBy(() -> stall.check(2, "3 events wait"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("3 events wait");
  }

  @Test
  void whatWasLostOrLearnedTwiceFails() {
    List<Long> ready = List.of(900L, 1_000L, 1_100L);
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 0, 0, true, true, ready).passed()).isTrue();
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 1, 0, true, true, ready).passed()).isFalse();
    assertThat(new DrillResult(DrillKind.CRASH, 3, 10, 0, 1, true, true, ready).passed()).isFalse();
    DrillResult other = new DrillResult(DrillKind.CRASH, 3, 10, 0, 0, false, true, ready);
    assertThat(other.passed()).isFalse();
    assertThat(other.text()).contains("DIFFERENT").contains("1000").contains("1100");
    assertThat(other.json().text()).contains("\"state_hash_equal\" : false");
    DrillResult moved = new DrillResult(DrillKind.CLOCK_JUMP, 3, 10, 0, 0, true, false, ready);
    assertThat(moved.passed()).isFalse();
    assertThat(moved.text()).contains("MOVED");
  }

  @Test
  void anUnknownDrillIsRefused() {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    CommandLine line = new CommandLine(new DrillCommand(NOWHERE, NOWHERE));
    line.setErr(new java.io.PrintWriter(errors, true, StandardCharsets.UTF_8));
    assertThat(line.execute("flood")).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains(
            "\"flood\", expected one of crash, duplicate, reorder, disk-full, slow-disk,"
                + " clock-jump");
  }
}
