package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Two short trials on real processes, brokers included. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ClusterDrillTest {
  private static final Terminal NOWHERE =
      new Terminal(
          new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8), false);

  @TempDir Path directory;

  /**
   * How long things take, and whether a busy machine refuses a request, is the command's to say.
   */
  @Test
  void whatIsAcknowledgedIsLearnedOnceWhoeverDiesOrIsCutOff() throws Exception {
    ClusterResult result =
        new ClusterDrill(
                new ClusterDrill.Settings(
                    "",
                    2,
                    2,
                    1,
                    0,
                    4,
                    List.of(50.0),
                    List.of("fp32"),
                    List.of(ClusterTrial.SERVER_CUT_OFF, ClusterTrial.TRAINER_KILLED),
                    null),
                directory,
                NOWHERE)
            .run();
    assertThat(result.trials()).hasSize(2);
    for (ClusterTrialResult trial : result.trials()) {
      assertThat(trial.different()).as(trial.text()).isEmpty();
      assertThat(trial.acknowledged()).as(trial.text()).isPositive();
      assertThat(trial.lost()).as(trial.text()).isZero();
      assertThat(trial.learnedTwice()).as(trial.text()).isZero();
      assertThat(trial.endedAlone()).as(trial.text()).isZero();
    }
    assertThat(result.failoverMs()).hasSize(1);
    assertThat(result.readyMs()).hasSize(2);
  }

  @Test
  void anUpgradeNeedsTheVersionBefore() {
    assertThat(refused("--only", "half-upgraded,upgraded"))
        .contains("--only: half-upgraded needs --from");
    assertThat(refused("--from", directory.resolve("none").toString())).contains("is no folder");
    assertThat(refused("--only", "downgraded"))
        .contains("downgraded", "expected one of [half-upgraded, upgraded, server-killed");
  }

  @Test
  void whatADrillStartsIsInstalledHere() {
    assertThat(Installed.brokers()).isTrue();
    assertThat(Installed.store()).isTrue();
    assertThat(Installed.has("kafka.server.Kettle")).isFalse();
  }

  private static String refused(String... arguments) {
    StringBuilder message = new StringBuilder();
    CommandLine line = new CommandLine(new ClusterCommand(NOWHERE, NOWHERE));
    line.setExecutionExceptionHandler((thrown, _, _) -> {
      message.append(thrown.getMessage());
      return 2;
    });
    assertThat(line.execute(arguments)).isEqualTo(2);
    return message.toString();
  }
}
