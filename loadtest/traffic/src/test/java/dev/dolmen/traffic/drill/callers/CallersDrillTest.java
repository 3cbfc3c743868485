package dev.dolmen.traffic.drill.callers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.drill.DrillCommand;
import dev.dolmen.traffic.drill.attack.HeadersOnly;
import dev.dolmen.traffic.drill.attack.InvalidKeys;
import dev.dolmen.traffic.drill.attack.LargestRequests;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Short trials on a server process: one that is protected, and one that is not. */
class CallersDrillTest {
  private static final Terminal NOWHERE = terminal(new ByteArrayOutputStream());

  /** A deadline that a busy machine keeps, and still one. */
  private static final CallersOptions OPTIONS =
      new CallersOptions(3, 20, Duration.ofSeconds(5), 512, null, 7);

  @TempDir Path directory;

  private static Terminal terminal(ByteArrayOutputStream bytes) {
    return new Terminal(new PrintStream(bytes, false, StandardCharsets.UTF_8), false);
  }

  @Test
  void aGoodClientIsAnsweredWhileACallerHoldsCallsOpen() throws Exception {
    CallersReport report =
        new CallersDrill(OPTIONS, directory, NOWHERE)
            .run(
                List.of(
                    new CallersTrial("nobody", "none", run -> {}),
                    new CallersTrial("headers-only", "calls that do not come", new HeadersOnly())));
    assertThat(report.passed()).as(report.text()).isTrue();
    TrialResult quiet = report.trials().getFirst();
    assertThat(quiet.sent()).isZero();
    TrialResult attacked = report.trials().getLast();
    assertThat(attacked.sent()).isGreaterThanOrEqualTo(200);
    assertThat(attacked.goodP99Ms()).isPositive();
    assertThat(attacked.peakRssBytes()).isGreaterThan(50L << 20);
    assertThat(directory.resolve("headers-only/server.log")).exists();
    assertThat(directory.resolve("headers-only/data")).doesNotExist();
  }

  @Test
  void aServerThatOneCallerCanFillFails() throws Exception {
    CallersTrial trial =
        new CallersTrial(
            "one-place",
            "32 callers, and one place for all",
            Entrance.Kind.OPEN,
            "  limits:\n    max_concurrent_requests: 1\n",
            "",
            new LargestRequests());
    CallersReport report = new CallersDrill(OPTIONS, directory, NOWHERE).run(List.of(trial));
    assertThat(report.passed()).as(report.text()).isFalse();
    assertThat(report.trials().getFirst().callsShare()).isLessThan(0.95);
    assertThat(report.trials().getFirst().refused()).isPositive();
    assertThat(report.text()).contains("FAIL");
  }

  @Test
  void callersComeInByTlsOrWithKeys() throws Exception {
    CallersReport report =
        new CallersDrill(OPTIONS, directory, NOWHERE)
            .run(
                List.of(
                    new CallersTrial("tls", "none", Entrance.Kind.TLS, run -> {}),
                    new CallersTrial("keys", "wrong ones", Entrance.Kind.KEYS, new InvalidKeys())));
    assertThat(report.passed()).as(report.text()).isTrue();
    TrialResult keys = report.trials().getLast();
    assertThat(keys.refused()).isBetween(1L, keys.sent());
  }

  @Test
  void aServerThatDoesNotStartFailsAndTheOthersArePlayed() throws Exception {
    CallersTrial unknown =
        new CallersTrial("unknown-key", "none", Entrance.Kind.OPEN, "  doors: 3\n", "", run -> {});
    CallersReport report =
        new CallersDrill(OPTIONS, directory, NOWHERE).run(List.of(unknown, unknown));
    assertThat(report.trials()).hasSize(2).noneMatch(TrialResult::passed);
    assertThat(report.text()).contains("the server does not start: the server ended with 2");
    assertThat(report.json().text()).contains("\"good_p99_ms\" : null");
  }

  @Test
  void aReportSaysWhatFailedAndWhy() throws Exception {
    CallersReport report =
        new CallersReport(
            OPTIONS,
            List.of(
                result("held", 0.99, OptionalInt.empty(), List.of()),
                result("short", 0.94, OptionalInt.empty(), List.of()),
                result("silent-connections", 1, OptionalInt.of(3), List.of()),
                result("wrong", 1, OptionalInt.empty(), List.of("answered with INTERNAL: null"))));
    assertThat(report.trials())
        .extracting(TrialResult::passed)
        .containsExactly(true, false, false, false);
    assertThat(report.text().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(report.text())
        .contains("pass", "DEAD", "the server ended with exit code 3", "with INTERNAL");
    JsonNode json = new ObjectMapper().readTree(report.json().text());
    assertThat(json.get("trials")).hasSize(4);
    for (JsonNode trial : json.get("trials")) {
      assertThat(trial.fieldNames())
          .toIterable()
          .contains("name", "good_answered_share", "good_p99_ms", "peak_rss_bytes", "refused");
    }
    assertThat(json.at("/trials/1/good_answered_share").asDouble()).isEqualTo(0.94);
    assertThat(json.at("/trials/2/server_exit_code").asInt()).isEqualTo(3);
    assertThat(json.at("/passed").asBoolean()).isFalse();
  }

  private static TrialResult result(
      String name, double events, OptionalInt exitCode, List<String> faults) {
    return new TrialResult(name, 1, events, 1, 12.25, 600L << 20, 1_000, 999, exitCode, faults);
  }

  @Test
  void trialsAreChosenByName() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    CallersCommand command = new CallersCommand(terminal(printed), NOWHERE);
    assertThat(new CommandLine(command).execute("--list")).isZero();
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .hasSize(Trials.ALL.size() + 1)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(refused("--only", "headers-only,flood"))
        .contains("--only: \"flood\", expected of nobody, headers-only");
    assertThat(refused("--program", directory.resolve("none").toString())).contains("is no folder");
    assertThat(Trials.ALL).extracting(CallersTrial::name).doesNotHaveDuplicates();
  }

  @Test
  void theDrillsNameTheirCommandAndWantOne() {
    DrillCommand drill = new DrillCommand(NOWHERE, NOWHERE);
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    CommandLine line = new CommandLine(drill);
    line.setErr(new PrintWriter(errors, true, StandardCharsets.UTF_8));
    assertThat(line.execute()).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains("DRILL", "clock-jump, callers, cluster or upgrade");
    assertThat(line.getSubcommands()).containsKey("callers");
  }

  private static String refused(String... arguments) {
    CallersCommand command = new CallersCommand(NOWHERE, NOWHERE);
    StringBuilder message = new StringBuilder();
    CommandLine line = new CommandLine(command);
    line.setExecutionExceptionHandler((thrown, _, _) -> {
      message.append(thrown.getMessage());
      return 2;
    });
    assertThat(line.execute(arguments)).isEqualTo(2);
    return message.toString();
  }
}
