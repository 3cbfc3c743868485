package dev.dolmen.bench;

import dev.dolmen.bench.filter.FilterBenchCommand;
import dev.dolmen.bench.index.IndexBenchCommand;
import dev.dolmen.bench.model.ModelBenchCommand;
import dev.dolmen.bench.serve.ExplainBenchCommand;
import dev.dolmen.bench.serve.JvmBenchCommand;
import dev.dolmen.bench.serve.ServeBenchCommand;
import dev.dolmen.bench.table.TableBenchCommand;
import dev.dolmen.bench.train.TrainBenchCommand;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dolmen bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = {
      TableBenchCommand.class,
      FilterBenchCommand.class,
      IndexBenchCommand.class,
      ModelBenchCommand.class,
      TrainBenchCommand.class,
      ServeBenchCommand.class,
      JvmBenchCommand.class,
      ExplainBenchCommand.class
    },
    synopsisSubcommandLabel = "[COMMAND]",
    description = {
      "Runs benchmarks by JMH, in processes of their own with the flags of jvm.options.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench list",
      "  dolmen bench TopKScan",
      "  dolmen bench table --quick",
      "  dolmen bench model --quick",
      "  dolmen bench --quick --json bench.json"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final String PACKAGE = BenchCommand.class.getPackageName() + ".";

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "list|NAME",
      description =
          "list: say what there is. Otherwise benchmarks whose name contains NAME; all if"
              + " not given.")
  private @Nullable String name;

  @Option(
      names = "--quick",
      description = "One short iteration each: to see that they run, not to compare.")
  private boolean quick;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;

  /** Prints to standard output. */
  public BenchCommand() {
    this(Terminal.stdout());
  }

  /** Prints to {@code out}. */
  public BenchCommand(Terminal out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> all = names();
    if ("list".equals(name)) {
      all.forEach(out::line);
      return 0;
    }
    String wanted = name == null ? "" : name.toLowerCase(Locale.ROOT);
    List<String> chosen =
        all.stream().filter(n -> n.toLowerCase(Locale.ROOT).contains(wanted)).toList();
    if (chosen.isEmpty()) {
      throw new CommandLine.ParameterException(
          spec == null ? new CommandLine(this) : spec.commandLine(),
          "\"" + name + "\": no such benchmark; dolmen bench list says what there is");
    }
    try {
      report(new Runner(options(chosen)).run());
      return 0;
    } catch (RunnerException e) {
      out.line("dolmen bench: " + e.getMessage());
      return 1;
    }
  }

  /** Names of all benchmarks without their package. */
  static List<String> names() {
    return BenchmarkList.defaultList()
        .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
        .stream()
        .map(BenchmarkListEntry::getUsername)
        .map(n -> n.substring(n.startsWith(PACKAGE) ? PACKAGE.length() : 0))
        .filter(n -> !n.startsWith("table.")) // Of the subcommand.
        .sorted()
        .toList();
  }

  private org.openjdk.jmh.runner.options.Options options(List<String> chosen) {
    ChainedOptionsBuilder options = new OptionsBuilder().shouldFailOnError(true);
    chosen.forEach(n -> options.include("^" + Pattern.quote(PACKAGE + n) + "$"));
    Path flags = Machine.jvmOptions();
    if (flags != null) {
      options.jvmArgs("@" + flags, "-Xmx4g");
    }
    if (quick) {
      options
          .warmupIterations(1)
          .warmupTime(TimeValue.milliseconds(200))
          .measurementIterations(1)
          .measurementTime(TimeValue.milliseconds(200));
    }
    return options.build();
  }

  private void report(Collection<RunResult> results) throws IOException, InterruptedException {
    TextTable table = new TextTable("benchmark", "parameters", "score", "error", "unit");
    List<JsonReport> rows = new ArrayList<>();
    List<RunResult> sorted =
        results.stream()
            .sorted(
                Comparator.comparing((RunResult r) -> parameters(r.getParams()))
                    .thenComparing(r -> r.getParams().getBenchmark()))
            .toList();
    for (RunResult run : sorted) {
      Result<?> result = run.getPrimaryResult();
      String benchmark = run.getParams().getBenchmark().substring(PACKAGE.length());
      table.row(
          benchmark,
          parameters(run.getParams()),
          String.format(Locale.ROOT, "%,.3f", result.getScore()),
          String.format(Locale.ROOT, "± %,.3f", result.getScoreError()),
          result.getScoreUnit());
      rows.add(
          new JsonReport()
              .put("benchmark", benchmark)
              .put("parameters", parameters(run.getParams()))
              .put("score", result.getScore())
              .put("error", result.getScoreError())
              .put("unit", result.getScoreUnit()));
    }
    out.line("");
    reporting.publish(
        out,
        () -> print(table.text()),
        new JsonReport().put("machine", Machine.description()).put("results", rows));
  }

  private void print(String table) {
    out.text(table);
    out.line(Machine.description());
  }

  private static String parameters(BenchmarkParams params) {
    return String.join(
        ", ", params.getParamsKeys().stream().map(k -> k + "=" + params.getParam(k)).toList());
  }
}
