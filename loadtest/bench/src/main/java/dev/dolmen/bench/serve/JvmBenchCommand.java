package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Amounts;
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
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench jvm}. */
@Command(
    name = "jvm",
    mixinStandardHelpOptions = true,
    description = {
      "Compares servers that differ by flags of their JVM: how long they take to be ready, how slow"
          + " the first 1,000 requests are, and how slow requests at the same rate are later.",
      "",
      "The shop is that of bench serve. Servers take turns, one at a time; figures are medians over"
          + " the rounds, the ratio is the median of the ratios within a round.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench jvm --items 100000",
      "  dolmen bench jvm --rate 1000 --rounds 5 \\",
      "      --flags=-XX:+UseG1GC --flags=-XX:+UseZGC",
      "  dolmen bench jvm --flags=none --flags='-XX:+UseLargePages -Xms1g'"
    })
public final class JvmBenchCommand implements Callable<Integer> {
  /** What stands for no flags. */
  private static final String NONE = "none";

  @Option(
      names = "--items",
      defaultValue = "100000",
      paramLabel = "N",
      description = "Size of the catalog, 1,000 to 20,000,000. Default: ${DEFAULT-VALUE}.")
  private int items = 100_000;

  @Option(
      names = "--rate",
      defaultValue = "250",
      paramLabel = "N",
      description = "Requests a second, 1 to 100,000. Default: ${DEFAULT-VALUE}.")
  private double rate = 250;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description = "Turns of each, 1 to 100. Default: ${DEFAULT-VALUE}.")
  private int rounds = 3;

  @Option(
      names = "--warm-up",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "Seconds of load between the first requests and the later ones, 0 to 3,600. Default:"
              + " ${DEFAULT-VALUE}.")
  private double warmUp = 20;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Seconds of the later ones, 1 to 600. Default: ${DEFAULT-VALUE}.")
  private double seconds = 10;

  @Option(
      names = "--flags",
      paramLabel = "FLAGS",
      description =
          "Flags of one server, after those of jvm.options, with spaces between them; none for"
              + " nothing. Given once for each server. Default: one server, none.")
  private List<String> flags = List.of(NONE);

  @Mixin private ShopFlags shop = new ShopFlags();

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public JvmBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public JvmBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    JvmOptions options = options();
    LocalServer.quietLogs();
    try (RunDirectory directory = RunDirectory.in(options.kept())) {
      List<JvmFigures> figures = new JvmRun(options, directory.path(), progress).run();
      reporting.publish(out, () -> print(figures, options), json(figures, options));
    }
    return 0;
  }

  private JvmOptions options() {
    ShopFlags.checkItems(items);
    OptionCheck.require(rate >= 1 && rate <= 100_000, "--rate", rate, "1 to 100,000");
    OptionCheck.require(rounds >= 1 && rounds <= 100, "--rounds", rounds, "1 to 100");
    OptionCheck.require(warmUp >= 0 && warmUp <= 3_600, "--warm-up", warmUp, "0 to 3,600");
    OptionCheck.require(seconds >= 1 && seconds <= 600, "--seconds", seconds, "1 to 600");
    return new JvmOptions(
        items,
        rate,
        rounds,
        warmUp,
        seconds,
        ServeOptions.heapMbFor(items, shop.heapMb()),
        flags.stream().map(JvmBenchCommand::split).toList(),
        shop.seed(),
        shop.kept());
  }

  private static List<String> split(String flags) {
    String text = flags.strip();
    return text.equals(NONE) || text.isEmpty() ? List.of() : Stream.of(text.split("\\s+")).toList();
  }

  private void print(List<JvmFigures> figures, JvmOptions options) {
    TextTable table =
        new TextTable(
            "flags",
            "ready s",
            "first p99 ms",
            "later p50 ms",
            "p90 ms",
            "p99 ms",
            "to the first",
            "answered/s",
            "refused",
            "resident");
    for (JvmFigures of : figures) {
      table.row(
          of.flags().isEmpty() ? NONE : String.join(" ", of.flags()),
          number("%.2f", of.median(JvmFigures.Turn::readySeconds)),
          number("%.1f", of.median(t -> t.first().p99Ms())),
          number("%.2f", of.median(t -> t.later().p50Ms())),
          number("%.2f", of.median(t -> t.later().p90Ms())),
          number("%.1f", of.median(t -> t.later().p99Ms())),
          number("%.2f", of.ratio(figures.getFirst(), t -> t.later().p99Ms())),
          number("%,.0f", of.median(t -> t.later().answeredPerSecond())),
          number("%,.0f", of.median(t -> t.later().refused())),
          Amounts.bytes((long) of.median(JvmFigures.Turn::residentBytes)));
    }
    out.text(table);
    out.line(
        String.format(
            Locale.ROOT,
            "%,d items, %,.0f requests a second, %d rounds, %.0f s between first and later, heap"
                + " %,d MB, %s",
            options.items(),
            options.rate(),
            options.rounds(),
            options.warmUpSeconds(),
            options.heapMb(),
            Machine.description()));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static JsonReport json(List<JvmFigures> figures, JvmOptions options) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("items", options.items())
        .put("rate", options.rate())
        .put("warm_up_s", options.warmUpSeconds())
        .put("heap_mb", options.heapMb())
        .put("seed", options.seed())
        .put("jvm", figures.stream().map(f -> f.json(figures.getFirst())).toList());
  }
}
