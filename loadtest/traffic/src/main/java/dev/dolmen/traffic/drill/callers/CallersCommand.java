package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.report.Attempt;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen drill callers}. */
@Command(
    name = "callers",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays what callers can do to a server, and looks what becomes of a good client.",
      "One attack after another, each on a server process of its own on the loopback address, while"
          + " recommendations, events and probes go on at steady rates. A trial passes if at least"
          + " 95%% of each are answered within their deadlines (an event and a probe have a"
          + " second), the server lives, answers again when the attack is over, and did nothing"
          + " that it must not do.",
      "",
      "Attacks are bounded in time and stop by themselves. They go to no other machine.",
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
      "  dolmen drill callers",
      "  dolmen drill callers --only headers-only,gzip-bombs --seconds 30 \\",
      "      --json callers.json",
      "  dolmen drill callers --list"
    })
public final class CallersCommand implements Callable<Integer> {
  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Play only these trials, in this order; see --list.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Print the trials and play none.")
  private boolean list;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Seconds of each attack. Default: ${DEFAULT-VALUE}.")
  private double seconds = 10;

  @Option(
      names = "--rate",
      defaultValue = "100",
      paramLabel = "R",
      description = "Recommendations of the good client a second. Default: ${DEFAULT-VALUE}.")
  private double rate = 100;

  @Option(
      names = "--deadline",
      defaultValue = "500",
      paramLabel = "MS",
      description = "What each of them may take, in milliseconds. Default: ${DEFAULT-VALUE}.")
  private int deadlineMs = 500;

  @Option(
      names = "--heap",
      defaultValue = "512",
      paramLabel = "MB",
      description = "The server's heap at most. Default: ${DEFAULT-VALUE}.")
  private int heapMb = 512;

  @Option(
      names = "--program",
      paramLabel = "DIR",
      description =
          "Attack the server of another build, for a comparison: its folder of jars, as"
              + " server/target/dolmen/lib of a checkout.")
  private @Nullable Path program;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Source of the good client's clicks and times. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public CallersCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  CallersCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (list) {
      out.text(Trials.table());
      return 0;
    }
    List<CallersTrial> trials = chosen();
    CallersOptions options = options();
    Attempt attempt =
        directory -> {
          var result = new CallersDrill(options, directory, progress).run(trials);
          return new Attempt.Outcome(result.passed(), result.text(), result.json());
        };
    return attempt.exitCode("dolmen-callers-", reporting, out, progress);
  }

  private CallersOptions options() {
    OptionCheck.require(seconds >= 1 && seconds <= 3_600, "--seconds", seconds, "1 to 3,600");
    OptionCheck.require(rate >= 1 && rate <= 10_000, "--rate", rate, "1 to 10,000");
    OptionCheck.require(
        deadlineMs >= 1 && deadlineMs <= 60_000, "--deadline", deadlineMs, "1 to 60,000");
    OptionCheck.require(heapMb >= 96 && heapMb <= 1 << 20, "--heap", heapMb, "96 to 1,048,576");
    if (program != null && !Files.isDirectory(program)) {
      throw new CommandFailedException(2, "--program: " + program + " is no folder");
    }
    return new CallersOptions(seconds, rate, Duration.ofMillis(deadlineMs), heapMb, program, seed);
  }

  private List<CallersTrial> chosen() {
    if (only.isEmpty()) {
      return Trials.ALL;
    }
    List<CallersTrial> trials = new ArrayList<>();
    for (String name : only) {
      trials.add(
          Trials.named(name)
              .orElseThrow(() ->
                  new CommandFailedException(
                      2, "--only: \"" + name + "\", expected of " + Trials.names())));
    }
    return List.copyOf(trials);
  }
}
