package dev.dolmen.bench.serve;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.alternatives.RankerKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Measures how many requests a second one server answers in time, by size of its catalog.",
      "",
      "A server process with the defaults of the product starts from a made-up shop of each size,"
          + " whose catalog and history are learned once and kept. An open loop in a process of its"
          + " own, on the same machine, asks it for 20 items at a time; latency counts from the"
          + " intended moment. What is looked for is the highest rate at which 99%% are answered and"
          + " 99%% of the answers come within --p99, at first without and then with clicks to learn."
          + " Then as many clicks are published as it takes. Recall is against a second server that"
          + " scans exactly.",
      "About 4 minutes a size; the first time, learning the shop comes on top.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench serve --items 2000,100000,1000000 --json serve.json",
      "  dolmen bench serve --items 100000 --scan int8 --peers vmis-knn",
      "  dolmen bench serve --items 1000000 --clicks 0 --heap-mb 2048"
    })
public final class ServeBenchCommand implements Callable<Integer> {
  @Option(
      names = "--items",
      split = ",",
      defaultValue = "2000,100000",
      paramLabel = "N",
      description =
          "Sizes of the catalog, 1,000 to 20,000,000. Default: ${DEFAULT-VALUE}. A million takes"
              + " some gigabytes of memory and disk.")
  private List<Integer> items = List.of();

  @Option(
      names = "--p99",
      defaultValue = "10",
      paramLabel = "MS",
      description = "Latency to be held, 1 to 1,000 ms. Default: ${DEFAULT-VALUE}.")
  private double p99Ms = 10;

  @Option(
      names = "--rate-max",
      defaultValue = "100000",
      paramLabel = "N",
      description =
          "The highest rate that is tried, 1 to 100,000 requests a second. Default:"
              + " ${DEFAULT-VALUE}.")
  private double rateMax = RateSearch.RATE_MAX;

  @Option(
      names = "--clicks",
      defaultValue = "2000",
      paramLabel = "N",
      description =
          "Clicks a second of the rates while learning, up to 100,000; 0 to leave out all that"
              + " learns. Default: ${DEFAULT-VALUE}.")
  private double clicks = 2_000;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      paramLabel = "N",
      description = "Length of a step, 1 to 600. Default: ${DEFAULT-VALUE}.")
  private double seconds = 5;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      paramLabel = "N",
      description = "Seconds of load before the first step, 0 to 600. Default: ${DEFAULT-VALUE}.")
  private double warmUp = 30;

  @Option(
      names = "--scan",
      paramLabel = "KIND",
      description = "fp32, bf16 or int8, as catalog.scan. Default: that of the product.")
  private @Nullable String scan;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = "Baselines to ask over the same socket, such as vmis-knn. Default: none.")
  private List<String> peers = List.of();

  @Option(
      names = "--no-curve",
      description = "Leaves out the rates up to four times the sustainable one.")
  private boolean noCurve;

  @Mixin private ShopFlags shop = new ShopFlags();

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public ServeBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public ServeBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServeOptions options = options();
    LocalServer.quietLogs();
    List<ServeFigures> figures = new ArrayList<>();
    for (int size : items) {
      figures.add(measured(size, options));
    }
    ServeReport report =
        new ServeReport(figures, options, Machine.description() + ", seed " + shop.seed());
    reporting.publish(out, () -> out.text(report.text()), report.json());
    return 0;
  }

  private ServeFigures measured(int size, ServeOptions options)
      throws IOException, InterruptedException {
    try (RunDirectory directory = RunDirectory.in(options.kept())) {
      return new ServeRun(size, options, directory.path(), progress).run();
    }
  }

  private ServeOptions options() {
    items.forEach(ShopFlags::checkItems);
    OptionCheck.require(p99Ms >= 1 && p99Ms <= 1_000, "--p99", p99Ms, "1 to 1,000");
    OptionCheck.require(
        rateMax >= RateSearch.RATE_MIN && rateMax <= RateSearch.RATE_MAX,
        "--rate-max",
        rateMax,
        "1 to 100,000");
    OptionCheck.require(clicks >= 0 && clicks <= 100_000, "--clicks", clicks, "0 to 100,000");
    OptionCheck.require(seconds >= 1 && seconds <= 600, "--seconds", seconds, "1 to 600");
    OptionCheck.require(warmUp >= 0 && warmUp <= 600, "--warm-up", warmUp, "0 to 600");
    return new ServeOptions(
        p99Ms,
        rateMax,
        seconds,
        warmUp,
        clicks,
        shop.heapMb(),
        scan == null ? null : precision(scan),
        peers.stream().map(ServeBenchCommand::peer).toList(),
        !noCurve,
        shop.seed(),
        shop.kept());
  }

  private static ScanPrecision precision(String text) {
    List<String> known =
        Arrays.stream(ScanPrecision.values()).map(p -> p.name().toLowerCase(Locale.ROOT)).toList();
    OptionCheck.require(known.contains(text), "--scan", text, known);
    return ScanPrecision.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static RankerKind peer(String text) {
    List<RankerKind> baselines =
        Arrays.stream(RankerKind.values()).filter(k -> k != RankerKind.DOLMEN).toList();
    return baselines.stream()
        .filter(k -> k.label().equals(text))
        .findFirst()
        .orElseThrow(() ->
            OptionCheck.refused(
                "--peers", text, baselines.stream().map(RankerKind::label).toList()));
  }
}
