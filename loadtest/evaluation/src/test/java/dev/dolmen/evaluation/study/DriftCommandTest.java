package dev.dolmen.evaluation.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A few thousand clicks in the demonstration's shop, before and after its visitors' taste changes.
 */
class DriftCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return new CommandLine(new DriftCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return e instanceof CommandFailedException failed ? failed.getExitCode() : 3;
        })
        .execute(arguments);
  }

  private JsonNode json(String... more) throws IOException {
    Path json = folder.resolve("drift.json");
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(List.of("--json=" + json, "--block=500", "--follow=2000"));
    assertThat(run(arguments.toArray(String[]::new)))
        .as(out.toString(StandardCharsets.UTF_8))
        .isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  private static double figure(JsonNode report, String key) {
    return report.at(key).asDouble();
  }

  @Test
  void bothRunsAreFollowedThroughTheSameChange() throws IOException {
    JsonNode report = json("--early=1000", "--late=3000");
    assertThat(report.get("early_figures").get("recall@20")).hasSize(4);
    assertThat(report.get("late_figures").get("recall@20")).hasSize(4);
    // What was learned of the first taste is of little use for the second.
    assertThat(figure(report, "/late_figures/recall@20/0"))
        .isLessThan(figure(report, "/late_figures/recall@20_before"));
    assertThat(figure(report, "/late_figures/recall@20_before"))
        .isGreaterThan(figure(report, "/early_figures/recall@20_before"));
    assertThat(report.get("recovery_clicks_early").asLong()).isIn(500L, 1_000L, 1_500L, 2_000L);
    assertThat(report.get("recovery_clicks_late").asLong()).isIn(-1L, 500L, 1_000L, 1_500L, 2_000L);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("recovered after");
  }

  /** The two runs differ in nothing but when the change comes. */
  @Test
  void aChangeAtTheSameClickIsFollowedAlikeAndAccumulatorsMatter() throws IOException {
    JsonNode same = json("--early=1000", "--late=1000");
    assertThat(same.get("late_figures")).isEqualTo(same.get("early_figures"));
    assertThat(json("--early=1000", "--late=1000", "--half-life=2").get("early_figures"))
        .isNotEqualTo(same.get("early_figures"));
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    assertThat(run("--early=1001", "--block=500")).isEqualTo(2);
    assertThat(run("--half-life=-1")).isEqualTo(2);
    assertThat(run("--recovered=0")).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--early: 1001, expected a multiple of --block, which is 500")
        .contains("--half-life: -1, expected 0 to 1,000,000,000")
        .contains("--recovered: 0.0, expected more than 0, at most 1");
  }
}
