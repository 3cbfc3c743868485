package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.SmallDisk;
import dev.dolmen.traffic.report.Attempt;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen drill cluster}. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts three Kafka brokers, two trainers and some servers as processes of this machine,"
          + " sends the clicks of a simulated shop to all servers, measures, and lets one thing"
          + " after another go wrong.",
      "After each, every acknowledged event has to be in the log and learned once, no request may"
          + " have been left without an answer by all servers, trainer and servers have to hold the"
          + " same numbers, and servers are no more than 5 s behind.",
      "",
      "  server-killed          kill -9 of a server, which is started again",
      "  server-paused          a server is stopped where it is for --away, and goes on",
      "  trainer-killed         kill -9 of the trainer that leads; the other takes over",
      "  trainer-paused         it is stopped where it is for longer than the other",
      "                         waits, and ends when it goes on",
      "  two-trainers           kill -9 of both, which then start at once",
      "  parameters-truncated   all that the trainer has sent is deleted; a server and",
      "                         a trainer begin after that, then the other is killed",
      "  clock-ahead            a server's and the trainer's clock is an hour ahead",
      "  rolling-restart        all servers are stopped in order and started again,",
      "                         each 20 s after the one before was ready",
      "  scaled                 servers become one, four, and two",
      "",
      "and, with --from, whose version all processes begin with:",
      "  half-upgraded          a server and then both trainers go on with this",
      "                         version, one after the other; the other servers",
      "                         stay as they are",
      "  upgraded               the other servers go on with this version",
      "",
      "and, with a store of snapshots, a process of its own that speaks S3:",
      "  store-away             kill -9 of the store for --away as it is needed;",
      "                         both trainers are lost with their directories, and",
      "                         all that they have sent; a server that starts waits",
      "  store-slow             each answer of the store is a second late",
      "  store-lies             the newest snapshot is damaged in the store, trainers",
      "                         and what they have sent are lost; all begin with the",
      "                         snapshot before",
      "",
      "and, with brokers of its own:",
      "  server-cut-off         a server is cut off from all brokers for --away",
      "  broker-killed          kill -9 of a broker that does not lead the log",
      "  log-leader-killed      kill -9 of the broker that leads the log",
      "  broker-disk-full       the disk of the broker that leads the log fills up to",
      "                         the last byte, and has room after --away; needs root",
      "  brokers-down-at-start  kill -9 of all brokers; a server that starts waits",
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
      "  dolmen drill cluster",
      "  dolmen drill cluster --only server-killed,rolling-restart --json cluster.json",
      "  dolmen drill cluster --only none --rate 100,400 --format fp32,bf16,int8",
      "  dolmen drill cluster --kafka localhost:9092",
      "  dolmen drill cluster --only half-upgraded,upgraded --from /opt/dolmen/lib"
    })
public final class ClusterCommand implements Callable<Integer> {
  private static final String NONE = "none";

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description = {
        "Bootstrap servers of a Kafka that is there, in place of brokers of the drill's own. The"
            + " drill makes topics named dolmen-drill-* and leaves them there; trials that kill or"
            + " cut off brokers are left out."
      })
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
      split = ",",
      paramLabel = "N",
      description =
          "Events a second. With several, figures are taken at each, one after the other, and"
              + " trials are played at the first. Default: ${DEFAULT-VALUE}.")
  private List<Double> rates = List.of(200.0);

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "Seconds of load before figures are taken at a rate: in a minute or two of it each"
              + " process compiles what it runs most. Default: ${DEFAULT-VALUE}.")
  private double warmUp = 5;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      paramLabel = "N",
      description = "Seconds of load before and after what goes wrong. Default: ${DEFAULT-VALUE}.")
  private double seconds = 5;

  @Option(
      names = "--steady",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "Seconds of load with nothing wrong, in which figures are taken; 0 takes none. Default:"
              + " ${DEFAULT-VALUE}.")
  private double steady = 20;

  @Option(
      names = "--away",
      defaultValue = "30",
      paramLabel = "N",
      description =
          "Seconds for which a server is paused or cut off, or a broker is dead. Default:"
              + " ${DEFAULT-VALUE}.")
  private double away = 30;

  @Option(
      names = "--format",
      defaultValue = "fp32",
      split = ",",
      paramLabel = "FORMAT",
      description =
          "Of syncs: fp32, bf16 or int8. With several, figures are taken of each, and trials are"
              + " played with the first. Default: ${DEFAULT-VALUE}.")
  private List<String> formats = List.of("fp32");

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Play only these, in this order; none for the figures alone.")
  private List<String> only = List.of();

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description =
          "The earlier version's folder of jars, as server/target/dolmen/lib of a checkout. All"
              + " processes begin with it.")
  private @Nullable Path from;

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
    for (double rate : rates) {
      OptionCheck.require(rate >= 1 && rate <= 100_000, "--rate", rate, "1 to 100,000");
    }
    OptionCheck.require(warmUp >= 1 && warmUp <= 3_600, "--warm-up", warmUp, "1 to 3,600");
    OptionCheck.require(seconds >= 1 && seconds <= 3_600, "--seconds", seconds, "1 to 3,600");
    OptionCheck.require(steady >= 0 && steady <= 3_600, "--steady", steady, "0 to 3,600");
    OptionCheck.require(away >= 1 && away <= 600, "--away", away, "1 to 600");
    for (String format : formats) {
      OptionCheck.require(
          List.of("fp32", "bf16", "int8").contains(format),
          "--format",
          format,
          "fp32, bf16 or int8");
    }
    if (from != null && !Files.isDirectory(from)) {
      throw new CommandFailedException(2, "--from: " + from + " is no folder");
    }
    List<ClusterTrial> trials = possible(trials());
    Attempt attempt =
        directory -> {
          var result = new ClusterDrill(settings(trials), directory, progress).run();
          return new Attempt.Outcome(result.passed(), result.text(), result.json());
        };
    return attempt.exitCode("dolmen-cluster-", reporting, out, progress);
  }

  private ClusterDrill.Settings settings(List<ClusterTrial> trials) {
    return new ClusterDrill.Settings(
        kafka, servers, seconds, warmUp, steady, away, rates, formats, trials, from);
  }

  private List<ClusterTrial> trials() {
    if (only.equals(List.of(NONE))) {
      return List.of();
    }
    List<ClusterTrial> asked;
    try {
      asked =
          only.isEmpty()
              ? List.of(ClusterTrial.values())
              : only.stream().map(ClusterTrial::of).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(2, "--only: " + e.getMessage());
    }
    if (from == null) {
      List<ClusterTrial> upgrades =
          asked.stream().filter(ClusterTrial::needsEarlierVersion).toList();
      if (!upgrades.isEmpty() && !only.isEmpty()) {
        throw new CommandFailedException(
            2, "--only: " + upgrades.getFirst().label() + " needs --from, the version before");
      }
      asked = asked.stream().filter(trial -> !trial.needsEarlierVersion()).toList();
    }
    if (kafka.isEmpty()) {
      require(Installed.brokers(), "brokers of its own: name a Kafka by --kafka, or");
      requireStore(asked);
      return asked;
    }
    List<ClusterTrial> left = asked.stream().filter(ClusterTrial::needsOwnBrokers).toList();
    if (!left.isEmpty() && !only.isEmpty()) {
      throw new CommandFailedException(
          2, "--only: " + left.getFirst().label() + " needs brokers of its own, leave out --kafka");
    }
    left.forEach(
        trial -> progress.line(trial.label() + ": left out, it needs brokers of the drill's own"));
    List<ClusterTrial> played = asked.stream().filter(trial -> !trial.needsOwnBrokers()).toList();
    requireStore(played);
    return played;
  }

  /** Without those for which this process lacks a right, unless they are asked for. */
  private List<ClusterTrial> possible(List<ClusterTrial> asked)
      throws IOException, InterruptedException {
    if (asked.stream().noneMatch(ClusterTrial::needsSmallDisks) || SmallDisk.isPossible()) {
      return asked;
    }
    ClusterTrial trial = asked.stream().filter(ClusterTrial::needsSmallDisks).findFirst().get();
    String why = trial.label() + " mounts a small disk, which needs root and the right to mount";
    if (!only.isEmpty()) {
      throw new CommandFailedException(1, "--only: " + why);
    }
    progress.line(why + ": left out");
    return asked.stream().filter(each -> !each.needsSmallDisks()).toList();
  }

  private static void requireStore(List<ClusterTrial> trials) {
    require(
        trials.stream().noneMatch(ClusterTrial::needsStore) || Installed.store(),
        "a store of snapshots: leave those trials out by --only, or");
  }

  /** An image has not got the libraries of what a drill starts besides Dolmen. */
  private static void require(boolean there, String what) {
    if (!there) {
      throw new CommandFailedException(
          1, "this installation does not bring " + what + " take ./dolmen of a checkout");
    }
  }
}
