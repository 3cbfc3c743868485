package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen drill cluster}. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts two trainers and some servers as processes of this machine, on a Kafka that is there"
          + " already, sends the clicks of a simulated shop to all servers, and lets one thing after"
          + " another go wrong: the trainer or a server is killed, stopped and let go on, both"
          + " trainers start at once, all servers are restarted one by one.",
      "After each, every acknowledged event has to be in the log and learned once, no request may"
          + " have been left without an answer by all servers, and trainer and servers have to hold"
          + " the same numbers to the bit.",
      "It makes topics of its own, named dolmen-drill-*, and leaves them there.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every trial passed",
      "1:a trial failed, or the drill could not be done",
      "2:the command line is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen drill cluster --kafka localhost:9092",
      "  dolmen drill cluster --kafka localhost:9092 --servers 3 --rate 2000 \\",
      "      --only trainer-killed,rolling-restart --json cluster.json"
    })
public final class ClusterCommand implements Callable<Integer> {
  @Option(
      names = "--kafka",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Kafka's bootstrap servers.")
  private String kafka = "";

  @Option(
      names = "--servers",
      defaultValue = "2",
      paramLabel = "N",
      description = "Servers. Default: ${DEFAULT-VALUE}.")
  private int servers = 2;

  @Option(
      names = "--rate",
      defaultValue = "200",
      paramLabel = "N",
      description = "Events a second. Default: ${DEFAULT-VALUE}.")
  private double rate = 200;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      paramLabel = "N",
      description = "Seconds of load before and after what goes wrong. Default: ${DEFAULT-VALUE}.")
  private double seconds = 5;

  @Option(
      names = "--format",
      defaultValue = "fp32",
      paramLabel = "FORMAT",
      description = "Of syncs: fp32, bf16 or int8. Default: ${DEFAULT-VALUE}.")
  private String format = "fp32";

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Play only these, in this order: trainer-killed, server-killed, trainer-paused,"
              + " two-trainers, server-cut-off, rolling-restart.")
  private List<String> only = List.of();

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public ClusterCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public ClusterCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(servers >= 2 && servers <= 16, "--servers", servers, "2 to 16");
    OptionCheck.require(rate >= 1 && rate <= 100_000, "--rate", rate, "1 to 100,000");
    OptionCheck.require(seconds >= 1 && seconds <= 3_600, "--seconds", seconds, "1 to 3,600");
    OptionCheck.require(
        List.of("fp32", "bf16", "int8").contains(format), "--format", format, "fp32, bf16 or int8");
    List<ClusterTrial> trials = trials();
    LocalServer.quietLogs();
    Path directory = Files.createTempDirectory("dolmen-cluster-");
    ClusterResult result;
    try {
      result =
          new ClusterDrill(
                  new ClusterDrill.Settings(kafka, servers, seconds, rate, format, trials),
                  directory,
                  progress)
              .run();
    } catch (IOException e) {
      progress.clear();
      out.line("the drill failed: " + e.getMessage());
      out.line("everything is kept in " + directory);
      return 1;
    }
    progress.clear();
    reporting.publish(out, () -> out.text(result.text()), result.json());
    if (!result.passed()) {
      out.line("everything is kept in " + directory);
      return 1;
    }
    DirectoryTree.delete(directory);
    return 0;
  }

  private List<ClusterTrial> trials() {
    if (only.isEmpty()) {
      return List.of(ClusterTrial.values());
    }
    try {
      return only.stream().map(ClusterTrial::of).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(2, "--only: " + e.getMessage());
    }
  }
}
