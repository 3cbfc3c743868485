package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.report.Attempt;
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
import picocli.CommandLine.Option;

/** {@code dolmen drill upgrade}. */
@Command(
    name = "upgrade",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Ends a server process in the midst of clicks, some seconds behind its snapshot, and starts"
          + " the next one on the same directory, turn by turn. After each the server must get"
          + " ready, log what was foreseen, have learned every acknowledged event once, and"
          + " recommend; Recall@20 before and after is told.",
      "",
      "  restart      stopped in order, and started as it was",
      "  kill         kill -9, and started as it was",
      "  bounds       max_rows of all slots is half as much again, and ttl is 30 days",
      "  slot-added   a slot comes, and items have a value of it",
      "  slot-removed a slot goes",
      "  fewer-rows   max_rows of the items' slot is half the rows that it has",
      "  width        the model's vectors are of another width",
      "",
      "With --from, a server of an earlier version makes the directory, and its end and the first"
          + " start of this version are a turn of their own, before the others.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every turn passed",
      "1:a turn failed, or the drill could not be done",
      "2:the command line is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen drill upgrade --json upgrade.json",
      "  dolmen drill upgrade --only kill,width --seconds 60",
      "  dolmen drill upgrade --from /opt/dolmen-before/lib",
      "  dolmen drill upgrade --only restart --items 1000000",
      "  dolmen drill upgrade --from /opt/dolmen-before/lib --recall-clicks 100000"
    })
public final class UpgradeDrillCommand implements Callable<Integer> {
  @Option(
      names = "--from",
      paramLabel = "DIR",
      description =
          "The earlier version's folder of jars, as server/target/dolmen/lib of a checkout.")
  private @Nullable Path from;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "TURN",
      description = "Take only these turns, in this order.")
  private List<String> only = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "Seconds of clicks before the first turn; before and after each, a fifth of them."
              + " Default: ${DEFAULT-VALUE}.")
  private double seconds = 20;

  @Option(
      names = "--rate",
      defaultValue = "300",
      paramLabel = "R",
      description = "Clicks a second. Default: ${DEFAULT-VALUE}.")
  private double rate = 300;

  @Option(
      names = "--items",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Items besides the shop's 2,000, which nobody clicks. Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--recall-clicks",
      defaultValue = "0",
      paramLabel = "N",
      description = {
        "What the start costs in recall, by the next N clicks: when the server has learned them,"
            + " its version and this one learn them again, in the same batches, each from where"
            + " it stood before them. Taken alone, or before the turns of --only."
      })
  private int recallClicks;

  @Option(
      names = "--recall-share",
      defaultValue = "1",
      paramLabel = "S",
      description =
          "Share of the N clicks that is predicted before it is learned. Default:"
              + " ${DEFAULT-VALUE}.")
  private double recallShare = 1;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Source of the clicks. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public UpgradeDrillCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  UpgradeDrillCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(seconds >= 1 && seconds <= 86_400, "--seconds", seconds, "1 to 86,400");
    OptionCheck.require(rate >= 1 && rate <= 10_000, "--rate", rate, "1 to 10,000");
    OptionCheck.require(items >= 0 && items <= 1_900_000, "--items", items, "0 to 1,900,000");
    OptionCheck.require(
        recallClicks >= 0 && recallClicks <= 10_000_000,
        "--recall-clicks",
        recallClicks,
        "0 to 10,000,000");
    OptionCheck.require(
        recallShare > 0 && recallShare <= 1, "--recall-share", recallShare, "above 0, to 1");
    if (from != null && !Files.isDirectory(from)) {
      throw new CommandFailedException(2, "--from: " + from + " is no folder");
    }
    List<UpgradeTurn> turns = turns();
    UpgradePlan plan = new UpgradePlan(seconds, rate, seed, items, from, recallClicks, recallShare);
    Attempt attempt =
        directory -> {
          var result = new UpgradeDrill(plan, directory, progress).run(turns);
          return new Attempt.Outcome(result.passed(), result.text(), result.json());
        };
    return attempt.exitCode("dolmen-upgrade-", reporting, out, progress);
  }

  private List<UpgradeTurn> turns() {
    List<UpgradeTurn> turns = new ArrayList<>();
    if (recallClicks > 0) {
      turns.add(UpgradeTurn.NEXT_CLICKS);
    } else if (from != null) {
      turns.add(UpgradeTurn.VERSION);
    }
    if (only.isEmpty() && recallClicks == 0) {
      turns.addAll(UpgradeTurn.ofOneVersion());
    }
    for (String label : only) {
      turns.add(
          UpgradeTurn.ofOneVersion().stream()
              .filter(turn -> turn.label().equals(label))
              .findFirst()
              .orElseThrow(() ->
                  new CommandFailedException(
                      2, "--only: \"" + label + "\", expected some of " + UpgradeTurn.labels())));
    }
    return turns;
  }
}
