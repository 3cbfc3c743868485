package dev.dolmen.traffic.generator;

import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.ServerTrust;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.report.Reporting;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen load}. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Puts load on a running server: requests for recommendations and clicks, at a rate that does"
          + " not wait for answers, with latency from the intended send time.",
      "",
      "The clicks are learned by the server: point it at one that is meant to be tested. Calls that"
          + " find --in-flight others without an answer are not sent but counted.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen load --rate 1000 --seconds 30",
      "  dolmen load --server staging:7070 --rate 200 --seconds 60 \\",
      "      --recommend-share 0.9"
    })
public final class LoadCommand implements Callable<Integer> {
  @Option(
      names = "--server",
      defaultValue = "127.0.0.1:7070",
      paramLabel = "HOST:PORT",
      description = "The server. Default: ${DEFAULT-VALUE}.")
  private String server = "127.0.0.1:7070";

  @Mixin private ServerTrust trust = new ServerTrust();

  @Option(
      names = "--rate",
      required = true,
      paramLabel = "R",
      description = "Calls a second, Recommend and Publish together.")
  private double rate;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      paramLabel = "N",
      description = "How long, after the warm-up. Default: ${DEFAULT-VALUE}.")
  private double seconds = 30;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      paramLabel = "N",
      description = "Seconds of load before counting begins. Default: ${DEFAULT-VALUE}.")
  private double warmUp = 5;

  @Option(
      names = "--recommend-share",
      defaultValue = "0.5",
      paramLabel = "SHARE",
      description = "Share of calls that are Recommend, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double recommendShare = 0.5;

  @Option(
      names = "--in-flight",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Calls without an answer at most. Default: ${DEFAULT-VALUE}.")
  private int inFlight = 1_000;

  @Option(
      names = "--sessions",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Visitors present at once. Default: ${DEFAULT-VALUE}.")
  private int sessions = 1_000;

  @Option(
      names = "--items",
      defaultValue = "100000",
      paramLabel = "N",
      description = "Items that are clicked at most. Default: ${DEFAULT-VALUE}.")
  private int items = 100_000;

  @Option(
      names = "--k",
      defaultValue = "20",
      paramLabel = "N",
      description = "Recommendations a request. Default: ${DEFAULT-VALUE}.")
  private int k = 20;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Source of schedule and choices. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal err;

  /** Prints to the process's own streams. */
  public LoadCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints results to {@code out}, progress and errors to {@code err}. */
  public LoadCommand(Terminal out, Terminal err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    OptionCheck.require(rate > 0 && rate <= 1e6, "--rate", rate, "above 0, up to 1,000,000");
    OptionCheck.require(
        seconds > 0 && seconds <= 604_800, "--seconds", seconds, "above 0, up to a week");
    OptionCheck.require(warmUp >= 0 && warmUp <= 3_600, "--warm-up", warmUp, "0 to 3,600");
    OptionCheck.require(
        recommendShare >= 0 && recommendShare <= 1, "--recommend-share", recommendShare, "0 to 1");
    OptionCheck.require(
        inFlight >= 1 && inFlight <= 1_000_000, "--in-flight", inFlight, "1 to 1,000,000");
    OptionCheck.require(
        sessions >= 1 && sessions <= 10_000_000, "--sessions", sessions, "1 to 10,000,000");
    OptionCheck.require(items >= 1 && items <= 10_000_000, "--items", items, "1 to 10,000,000");
    OptionCheck.require(k >= 1 && k <= 1_000, "--k", k, "1 to 1,000");
    LoadOptions options =
        new LoadOptions(
            rate, warmUp + seconds, warmUp, recommendShare, inFlight, sessions, items, k, seed);
    try (Connection connection = Connection.open(server, trust)) {
      LoadGenerator generator = new LoadGenerator(connection, options);
      err.line(
          String.format(
              Locale.ROOT,
              "%,.0f calls a second on %s, %,d items, for %s after a warm-up of %s",
              rate,
              server,
              generator.items(),
              Amounts.duration(seconds),
              Amounts.duration(warmUp)));
      ProgressBar bar =
          new ProgressBar(err, "load", (long) (options.seconds() * 1_000), System::nanoTime);
      LoadResult result = generator.run(ms -> bar.show(ms, "ms"));
      bar.done();
      reporting.publish(out, () -> out.text(result.text()), result.json());
      return 0;
    } catch (StatusRuntimeException e) {
      String why = trust.explain(server, e.getStatus()).orElse(String.valueOf(e.getMessage()));
      err.line("dolmen load: " + server + ": " + why);
      return 1;
    } catch (IOException | IllegalArgumentException e) {
      err.line("dolmen load: " + e.getMessage());
      return 1;
    }
  }
}
