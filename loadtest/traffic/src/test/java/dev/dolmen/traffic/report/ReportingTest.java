package dev.dolmen.traffic.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a person sees is what the report says, with the command that printed it. */
class ReportingTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Command(name = "dolmen", subcommands = Measure.class)
  static final class Root {}

  /** Its options are read by the report alone, which asks the command line for them. */
  @SuppressWarnings("UnusedVariable")
  @Command(name = "measure", mixinStandardHelpOptions = true)
  static final class Measure implements Callable<Integer> {
    static Terminal out = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);

    @Mixin private Reporting reporting = new Reporting();

    @Parameters(arity = "0..1")
    private String what = "all";

    @Option(names = "--seed", defaultValue = "7")
    private long seed = 7;

    @Option(names = "--limit")
    private long limit = Long.MAX_VALUE;

    @Option(names = {"-q", "--quick"})
    private boolean quick;

    @Option(names = "--parts", split = ",")
    private List<String> parts = List.of("a", "b");

    @Override
    public Integer call() throws IOException, InterruptedException {
      out.line("not a figure");
      reporting.publish(
          out,
          () -> {
            out.line(out.bold("figures of " + what));
            out.text("1 2\n");
          },
          new JsonReport().put("seed", seed));
      return 0;
    }
  }

  private int run(String... arguments) {
    Measure.out = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), true);
    return new CommandLine(new Root()).execute(arguments);
  }

  @Test
  void addsWhatWasPrintedAndHow() throws IOException {
    Path reports = folder.resolve("with space");
    assertThat(run("measure", "crash", "--quick", "--report", reports.toString())).isZero();
    Path file;
    try (Stream<Path> files = Files.list(reports)) {
      file = files.toList().getFirst();
    }
    assertThat(file.getFileName().toString()).matches("\\d{4}-\\d\\d-\\d\\d-measure-crash-.+\\.md");
    assertThat(file)
        .content()
        .contains("\n- command: `dolmen measure crash --quick --report '" + reports + "'`\n")
        .contains("\n- settings: --seed 7, --quick, --parts a,b\n")
        .containsPattern("\n- date: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\n")
        .containsPattern("\n- machine: .+, \\d+ processors, .+ GiB of memory, Java .+\n")
        .containsPattern("\n- commit: \\S+(, and changes)?\n")
        .endsWith("\n\n```text\nfigures of crash\n1 2\n```\n");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("not a figure")
        .contains("figures of crash")
        .endsWith("report: " + file + System.lineSeparator());
  }

  @Test
  void writesOnlyWhatWasAskedFor() throws IOException {
    Path json = folder.resolve("figures.json");
    assertThat(run("measure", "--json=" + json)).isZero();
    assertThat(json).content().contains("\"seed\" : 7");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(json);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).endsWith("1 2\n");
  }
}
