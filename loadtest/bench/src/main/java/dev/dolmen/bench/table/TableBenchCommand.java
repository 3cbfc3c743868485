package dev.dolmen.bench.table;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.local.MeasuringProcess;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolmen bench table}. */
@Command(
    name = "table",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the embedding table beside what anyone would use instead, on the same keys.",
      "",
      "Each table is filled in a process of its own, checked to hold the same rows as ours, and"
          + " asked for batches of them: find copies weights out, update makes an Adagrad step in"
          + " place, insert fills the table; ours is also snapshotted and restored. Figures are"
          + " medians. Updates are one thread's: a table has one writer.",
      "",
      "Without an option each axis (rows, floats, keys, hits, batch, threads) is varied by itself:"
          + " about half an hour, and up to 14 GB of memory.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench table --quick",
      "  dolmen bench table --quick --tables dolmen,agrona",
      "  dolmen bench table --json table.json"
    })
public final class TableBenchCommand implements Callable<Integer> {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--quick",
      description = "One million rows of 64 floats and batches of 1,024 only; about 3 minutes.")
  private boolean quick;

  @Option(names = "--all", description = "Every combination of the axes; many hours.")
  private boolean all;

  @Option(
      names = "--row-wise",
      description = "Adagrad with one accumulator a row; otherwise one a weight.")
  private boolean rowWise;

  @Option(
      names = "--tables",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of dolmen, chronicle-plain, chm (the JDK's ConcurrentHashMap), agrona, rocksdb, redis"
              + " (if installed); all if not given.")
  private List<String> tables = RowTables.NAMES;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public TableBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public TableBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<TableRun> runs = design().runs(chosen(), rowWise);
    double estimate = runs.stream().mapToDouble(TableRun::estimateSeconds).sum();
    progress.line(runs.size() + " tables to fill, about " + Amounts.duration(estimate) + " in all");
    List<TableLine> lines = new ArrayList<>();
    BudgetFigures budget = null;
    double left = estimate;
    for (int i = 0; i < runs.size(); i++) {
      TableRun run = runs.get(i);
      String what =
          String.format(
              java.util.Locale.ROOT,
              "[%d of %d] %s, %,d rows of %d floats",
              i + 1,
              runs.size(),
              run.table(),
              run.rows(),
              run.dim());
      TableFigures figures = measure(run, what, left);
      lines.addAll(figures.lines());
      budget = figures.budget() == null || budget != null ? budget : figures.budget();
      left -= run.estimateSeconds();
    }
    TableReport report = new TableReport(lines, budget, rowWise);
    reporting.publish(
        out,
        () -> out.text(report.text() + Machine.description() + "\n"),
        report.json(Machine.description()));
    return 0;
  }

  private TableDesign design() {
    if (quick && all) {
      throw refused("--quick and --all exclude each other");
    }
    return quick ? TableDesign.QUICK : all ? TableDesign.ALL : TableDesign.STANDARD;
  }

  /** The tables asked for, ours first, redis only where it is installed. */
  private List<String> chosen() {
    for (String name : tables) {
      if (!RowTables.NAMES.contains(name)) {
        throw refused("--tables: \"" + name + "\" is not one of " + RowTables.NAMES);
      }
    }
    List<String> chosen = new ArrayList<>(RowTables.NAMES);
    chosen.retainAll(tables);
    if (chosen.contains(RowTables.REDIS) && !RedisRows.installed()) {
      chosen.remove(RowTables.REDIS);
      out.line(
          "redis: no redis-server on the PATH, left out (Debian: apt-get install redis-server)");
    }
    return chosen;
  }

  private ParameterException refused(String message) {
    return new ParameterException(
        spec == null ? new picocli.CommandLine(this) : spec.commandLine(), message);
  }

  private TableFigures measure(TableRun run, String what, double leftSeconds)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("dolmen-bench-");
    try {
      Path in = directory.resolve("run.json");
      Path result = directory.resolve("lines.json");
      MAPPER.writeValue(in.toFile(), run);
      Path tables = Files.createDirectory(directory.resolve("tables"));
      Path log = directory.resolve("log");
      new MeasuringProcess(progress, TableBenchProcess.class, run.heapBytes() >> 20, List.of())
          .run(what, leftSeconds, log, in.toString(), tables.toString(), result.toString());
      return MAPPER.readValue(result.toFile(), TableFigures.class);
    } finally {
      DirectoryTree.delete(directory);
    }
  }
}
