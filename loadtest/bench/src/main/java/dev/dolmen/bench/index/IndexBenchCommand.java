package dev.dolmen.bench.index;

import dev.dolmen.bench.model.Rounds;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench index}. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Measures searches of all items on one thread: one by itself, and several that share a pass.",
      "",
      "The vectors are random, of width 64; a search is for 20 items, with signals on 135. All"
          + " numbers of searches take turns; figures are medians over the rounds, in the thread's"
          + " processor time.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench index --quick",
      "  dolmen bench index --items 1000000 --json index.json"
    })
public final class IndexBenchCommand implements Callable<Integer> {
  @Option(
      names = "--items",
      paramLabel = "N",
      description = "Items, 1,000 to 10,000,000. Default: ${DEFAULT-VALUE}.")
  private int items = 100_000;

  @Option(names = "--quick", description = "Short rounds: for a first look.")
  private boolean quick;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public IndexBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public IndexBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(
        items >= 1_000 && items <= 10_000_000, "--items", items, "1,000 to 10,000,000");
    PassFigures figures = new PassFigures(quick ? Rounds.QUICK : Rounds.FULL, items);
    ScanPrecision[] precisions = ScanPrecision.values();
    ProgressBar bar = new ProgressBar(progress, "index", precisions.length, System::nanoTime);
    List<PassFigures.Line> lines = new ArrayList<>();
    for (ScanPrecision precision : precisions) {
      bar.show(
          lines.size() / PassFigures.TOGETHER.length, precision.name().toLowerCase(Locale.ROOT));
      lines.addAll(figures.measure(precision));
    }
    bar.done();
    reporting.publish(
        out,
        () -> print(lines),
        new JsonReport()
            .put("machine", Machine.description())
            .put("seed", PassFigures.SEED)
            .put("items", items)
            .put("passes", lines.stream().map(IndexBenchCommand::json).toList()));
    return 0;
  }

  private void print(List<PassFigures.Line> lines) {
    TextTable table =
        new TextTable("scan", "together", "us a pass", "us a search", "searches/s", "to alone");
    for (PassFigures.Line line : lines) {
      table.row(
          line.precision(),
          line.together(),
          String.format(Locale.ROOT, "%,.0f", line.us()),
          String.format(Locale.ROOT, "%,.1f", line.us() / line.together()),
          String.format(Locale.ROOT, "%,.0f", line.perSecond()),
          String.format(Locale.ROOT, "%.2f", line.ratio()));
    }
    out.text(table);
    out.line(
        String.format(Locale.ROOT, "%,d items of width %d, ", items, PassFigures.WIDTH)
            + Machine.description()
            + ", seed "
            + PassFigures.SEED);
  }

  private static JsonReport json(PassFigures.Line line) {
    return new JsonReport()
        .put("scan", line.precision())
        .put("together", line.together())
        .put("us", line.us())
        .put("searches_per_second", line.perSecond())
        .put("to_alone", line.ratio());
  }
}
