package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.drill.callers.CallersCommand;
import dev.dolmen.traffic.drill.cluster.ClusterCommand;
import dev.dolmen.traffic.report.Attempt;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dolmen drill}. */
@Command(
    name = "drill",
    mixinStandardHelpOptions = true,
    subcommands = {CallersCommand.class, ClusterCommand.class, UpgradeDrillCommand.class},
    description = {
      "Starts a server process, sends it the clicks of a simulated shop, does the damage, and"
          + " compares: every acknowledged event is in the log, none is learned twice, and what was"
          + " learned equals, to the bit, what a run that never stopped learns from the same log.",
      "",
      "  crash      kill -9 at random moments, appends, batches and snapshots alike",
      "  duplicate  every event is sent twice",
      "  reorder    events are shuffled within about three seconds",
      "  disk-full  the data directory's disk, a small tmpfs (needs root), fills up",
      "             three times to the last byte: events and snapshots are refused,",
      "             and taken again when there is room; a start on the full disk",
      "             must say so and end",
      "  slow-disk  the log pauses, for 0.4 s at most, before or after it takes a",
      "             record; three kills",
      "  clock-jump the server's clock is set every 0.7 s, up to 40 days ahead or six",
      "             hours back; three kills. Events have their clients' time, so",
      "             what is learned must be the same as ever, and so must event",
      "             time and the windows that end by it",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing was lost, learned twice, or learned otherwise",
      "1:something was, or the drill could not be done",
      "2:the command line is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen drill crash",
      "  dolmen drill duplicate --seconds 20 --json duplicate.json"
    })
public final class DrillCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1", // None comes before the name of a command of its own.
      paramLabel = "DRILL",
      description = "crash, duplicate, reorder, disk-full, slow-disk or clock-jump.",
      converter = DrillKindConverter.class)
  private @Nullable DrillKind kind;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "Seconds of traffic, starts not counted. Default: ${DEFAULT-VALUE}.")
  private double seconds = 60;

  @Option(
      names = "--kills",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "How often crash kills the process; at most, where others do, or disk-full fills the"
              + " disk. Default: ${DEFAULT-VALUE}.")
  private int kills = 20;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Source of clicks and moments. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Spec private @Nullable CommandSpec command;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public DrillCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public DrillCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    DrillKind asked = asked();
    OptionCheck.require(seconds >= 1 && seconds <= 86_400, "--seconds", seconds, "1 to 86,400");
    OptionCheck.require(kills >= 1 && kills <= 10_000, "--kills", kills, "1 to 10,000");
    Attempt attempt =
        directory -> {
          var result = new Drill(asked, seconds, kills, seed, directory, progress).run();
          return new Attempt.Outcome(result.passed(), result.text(), result.json());
        };
    return attempt.exitCode("dolmen-drill-", reporting, out, progress);
  }

  private DrillKind asked() {
    if (kind != null) {
      return kind;
    }
    String missing = "Missing required parameter: DRILL, one of " + DrillKind.labels();
    throw command == null
        ? new IllegalStateException("picocli sets the spec before a command runs")
        : new ParameterException(command.commandLine(), missing + ", callers, cluster or upgrade");
  }
}
