package dev.dolmen.bench.train;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Measures how many clicks a second the whole product learns while it answers requests.",
      "",
      "A server process with the defaults of the product gets the clicks of each dataset over gRPC,"
          + " first as fast as it takes them, or so many a second, then twice as fast as they were"
          + " learned, both beside an open loop of requests whose latency counts from the intended"
          + " time. Click to visible is from each click's acknowledgement to the first of the"
          + " recommendations, asked for every 5 ms beside all that, whose model has learned it. Then"
          + " the process is killed, and what its log holds is learned again. The clients share the"
          + " machine with it.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench train --data datasets/diginetica --data datasets/globo \\",
      "      --json train.json",
      "  dolmen bench train --data DIR --seconds 120 --rate 500",
      "  dolmen bench train --data DIR --events-per-second 5000"
    })
public final class TrainBenchCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a dataset in RecBole's atomic files; may be given several times.")
  private List<Path> data = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "40",
      paramLabel = "N",
      description = "Length of each of the two loads, 5 to 3,600. Default: ${DEFAULT-VALUE}.")
  private double seconds = 40;

  @Option(
      names = "--rate",
      defaultValue = "200",
      paramLabel = "N",
      description = "Requests a second beside the clicks, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
  private double rate = 200;

  @Option(
      names = "--events-per-second",
      paramLabel = "N",
      description =
          "Clicks a second of the first load, 1 to 1,000,000. Default: as many as the server takes.")
  private double eventsPerSecond = Double.NaN;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the requests' moments and sessions. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public TrainBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public TrainBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(seconds >= 5 && seconds <= 3_600, "--seconds", seconds, "5 to 3,600");
    OptionCheck.require(rate >= 1 && rate <= 10_000, "--rate", rate, "1 to 10,000");
    OptionCheck.require(
        Double.isNaN(eventsPerSecond) || (eventsPerSecond >= 1 && eventsPerSecond <= 1e6),
        "--events-per-second",
        eventsPerSecond,
        "1 to 1,000,000");
    LocalServer.quietLogs();
    out.line(Machine.description() + ", seed " + seed);
    List<ThroughputFigures> figures = new ArrayList<>();
    for (Path folder : data) {
      Path directory = Files.createTempDirectory("dolmen-bench-train-");
      try {
        figures.add(
            new TrainRun(folder, directory, seconds, rate, eventsPerSecond, seed, progress).run());
      } finally {
        DirectoryTree.delete(directory);
      }
      progress.clear();
      out.text(figures.getLast().text());
    }
    String printed = figures.stream().map(ThroughputFigures::text).collect(Collectors.joining());
    reporting.write(out, printed, json(figures));
    return 0;
  }

  private JsonReport json(List<ThroughputFigures> figures) {
    ThroughputFigures first = figures.getFirst();
    return new JsonReport()
        .put("machine", Machine.description())
        .put("seed", seed)
        .put("requests_per_second", rate)
        .put("events_per_second", first.sustained().learnedPerSecond())
        .put("request_p99_ms", first.sustained().requestMs(99))
        .put("freshness_p50_ms", first.sustained().freshnessMs(50))
        .put("freshness_p99_ms", first.sustained().freshnessMs(99))
        .put("replay_events_per_second", first.replayPerSecond())
        .put("results", figures.stream().map(ThroughputFigures::json).toList());
  }
}
