package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what reasons cost: recommendations with explain next to the same without, by"
          + " ranking alone in one thread of this process, and as whole requests of one caller over"
          + " a socket to a server process; there also the scores of the items that were answered.",
      "",
      "The shop is that of bench serve. The two of a pair follow each other, the other one first in"
          + " every other pair; figures are medians over the rounds, of 500 pairs each, the ratio"
          + " is the median of the ratios within a round.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench explain",
      "  dolmen bench explain --items 100000 --events 20 --json explain.json"
    })
public final class ExplainBenchCommand implements Callable<Integer> {
  @Option(
      names = "--items",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Size of the catalog, 1,000 to 20,000,000. Default: ${DEFAULT-VALUE}.")
  private int items = 2_000;

  @Option(
      names = "--events",
      defaultValue = "5",
      paramLabel = "N",
      description = "Events of each session, 1 to 50. Default: ${DEFAULT-VALUE}.")
  private int events = 5;

  @Option(
      names = "--k",
      defaultValue = "20",
      paramLabel = "N",
      description = "Items asked for, 1 to 100. Default: ${DEFAULT-VALUE}.")
  private int k = 20;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      paramLabel = "N",
      description = "Rounds before these, not counted, 0 to 1,000. Default: ${DEFAULT-VALUE}.")
  private int warmUp = 10;

  @Option(
      names = "--rounds",
      defaultValue = "9",
      paramLabel = "N",
      description = "Rounds, 1 to 1,000. Default: ${DEFAULT-VALUE}.")
  private int rounds = 9;

  @Mixin private ShopFlags shop = new ShopFlags();

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public ExplainBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public ExplainBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ExplainOptions options = options();
    LocalServer.quietLogs();
    try (RunDirectory directory = RunDirectory.in(options.kept())) {
      List<ExplainFigures> figures = new ExplainRun(options, directory.path(), progress).run();
      reporting.publish(out, () -> print(figures, options), json(figures, options));
    }
    return 0;
  }

  private ExplainOptions options() {
    ShopFlags.checkItems(items);
    OptionCheck.require(events >= 1 && events <= 50, "--events", events, "1 to 50");
    OptionCheck.require(k >= 1 && k <= 100, "--k", k, "1 to 100");
    OptionCheck.require(warmUp >= 0 && warmUp <= 1_000, "--warm-up", warmUp, "0 to 1,000");
    OptionCheck.require(rounds >= 1 && rounds <= 1_000, "--rounds", rounds, "1 to 1,000");
    int heapMb = ServeOptions.heapMbFor(items, shop.heapMb());
    return new ExplainOptions(items, events, k, warmUp, rounds, heapMb, shop.seed(), shop.kept());
  }

  private void print(List<ExplainFigures> figures, ExplainOptions options) {
    TextTable table = new TextTable("what", "us", "us with reasons", "ratio");
    for (ExplainFigures of : figures) {
      table.row(
          of.what(),
          String.format(Locale.ROOT, "%,.1f", of.plainUs()),
          String.format(Locale.ROOT, "%,.1f", of.explainedUs()),
          String.format(Locale.ROOT, "%.2f", of.ratio()));
    }
    out.text(table);
    out.line(
        String.format(
            Locale.ROOT,
            "%,d items, %d events, k %d, %d rounds, seed %d, %s",
            options.items(),
            options.events(),
            options.k(),
            options.rounds(),
            options.seed(),
            Machine.description()));
  }

  private static JsonReport json(List<ExplainFigures> figures, ExplainOptions options) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("items", options.items())
        .put("events", options.events())
        .put("k", options.k())
        .put("rounds", options.rounds())
        .put("seed", options.seed())
        .put("explain", figures.stream().map(ExplainFigures::json).toList());
  }
}
