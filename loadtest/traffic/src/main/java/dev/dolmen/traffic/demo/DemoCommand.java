package dev.dolmen.traffic.demo;

import dev.dolmen.server.cli.ListenAddress;
import dev.dolmen.server.cli.LocalConsole;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.http.RemoteApi;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.alternatives.RankerKind;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the product at work: a shop of about 2,000 products and simulated visitors who click"
          + " and ask for recommendations over gRPC, at a rate that does not wait for the server.",
      "",
      "The whole product starts in this process, on a free port and a temporary data directory."
          + " recall@20 is the server's own progressive validation: every click is predicted before"
          + " it is learned. Half-way the visitors' taste changes, so that recall falls and"
          + " recovers.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen demo",
      "  dolmen demo --seconds 20 --json demo.json",
      "  dolmen demo --forever --rate 600",
      "  dolmen demo --forever --console 0.0.0.0:7080"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String CONSOLE = "--console";
  private static final int PICTURE_COLUMNS = 100;
  private static final double RECOMMENDS_PER_CLICK = 0.25;

  /** Visitors present at once per click a second: each acts every two seconds. */
  private static final double VISITORS_PER_RATE = 2;

  /**
   * A visitor's next click comes after two seconds in the mean, and nobody waits for half an hour.
   */
  private static final long IMPRESSION_WINDOW_SEC = 5;

  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private double seconds = 60;

  @Option(
      names = "--forever",
      description = "Until interrupted; the taste changes every --seconds.")
  private boolean forever;

  @Option(
      names = "--rate",
      defaultValue = "400",
      paramLabel = "R",
      description =
          "Clicks a second; a quarter as many recommendations. Default: ${DEFAULT-VALUE}.")
  private double rate = 400;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Source of catalogue, visitors and schedule. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--warm-up",
      defaultValue = "8",
      paramLabel = "N",
      description =
          "Seconds before the demonstration in which the JVM compiles what will run, with other"
              + " visitors on another server in this process; 0 for none. Default:"
              + " ${DEFAULT-VALUE}.")
  private double warmUp = 8;

  @Option(
      names = CONSOLE,
      paramLabel = "HOST:PORT",
      defaultValue = "${env:DOLMEN_DEMO_CONSOLE:-}",
      description =
          "Where the console is, 0 for a port that is free; where others reach it, too, as a"
              + " container's port is, the key in the printed address lets in. DOLMEN_DEMO_CONSOLE"
              + " says the same. Default: a free port of 127.0.0.1.")
  private String console = "";

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Writes what is printed as a picture of a terminal (SVG), 100 columns wide.")
  private @Nullable Path picture;

  @Mixin private Reporting reporting = new Reporting();

  private Terminal out;

  /** Prints to standard output. */
  public DemoCommand() {
    this(Terminal.stdout());
  }

  /** Prints to {@code out}. */
  public DemoCommand(Terminal out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    OptionCheck.require(seconds >= 1 && seconds <= 86_400, "--seconds", seconds, "1 to 86,400");
    OptionCheck.require(rate >= 1 && rate <= 100_000, "--rate", rate, "1 to 100,000");
    ListenAddress place = console.isEmpty() ? null : ListenAddress.of(CONSOLE, console);
    OptionCheck.require(warmUp >= 0 && warmUp <= 600, "--warm-up", warmUp, "0 to 600");
    DemoOptions options =
        new DemoOptions(
            seconds,
            forever,
            rate,
            rate * RECOMMENDS_PER_CLICK,
            (int) Math.max(20, rate * VISITORS_PER_RATE),
            seed);
    try {
      return picture == null ? run(options, place) : runForPicture(options, place, picture);
    } catch (IOException | StatusRuntimeException e) {
      out.line("dolmen demo: " + e.getMessage());
      return 1;
    }
  }

  private int run(DemoOptions options, @Nullable ListenAddress place)
      throws IOException, InterruptedException {
    out.line("Dolmen demo: the whole product starts in this process");
    warmUp(options);
    return demonstrate(options, place);
  }

  /** Prints to the picture instead, which nobody sees before it is whole. */
  private int runForPicture(DemoOptions options, @Nullable ListenAddress place, Path file)
      throws IOException, InterruptedException {
    Terminal terminal = out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    out =
        new Terminal(
            new PrintStream(printed, true, StandardCharsets.UTF_8), false, PICTURE_COLUMNS);
    int exit;
    try {
      exit = run(options, place);
    } finally {
      out = terminal; // What goes wrong is for whoever waits, not for a picture that is not made.
    }
    TerminalPicture.write(
        file,
        "./dolmen demo",
        printed.toString(StandardCharsets.UTF_8).lines().toList(),
        PICTURE_COLUMNS);
    terminal.line("picture: " + file);
    return exit;
  }

  /**
   * Lets the JVM compile what will run, with visitors of another server whose figures nobody sees.
   */
  private void warmUp(DemoOptions options) throws IOException, InterruptedException {
    if (warmUp <= 0) {
      return;
    }
    out.paragraph(
        String.format(
            Locale.ROOT,
            "warming up the JVM for %.0f s on another catalogue, data and model, then thrown away",
            warmUp));
    try (LocalServer server = LocalServer.start(config());
        Connection connection = Connection.toLocal(server.port())) {
      new Demo(connection, options.forWarmUp(warmUp), new Terminal(NOWHERE, false)).watch();
    }
  }

  private static DolmenConfig config() {
    DolmenConfig config = DolmenConfig.defaults(Path.of(""), ShopSchema.schema());
    return config.withEngine(e ->
        e.sessions(config.sessions().withImpressionWindowSec(IMPRESSION_WINDOW_SEC))
            // To be compared with on the console.
            .ranking(config.engine().ranking().keeping(Set.of(RankerKind.BLEND)))
            // Its figures are of all clicks.
            .training(config.engine().training().with(t -> t.validationTime(1))));
  }

  private int demonstrate(DemoOptions options, @Nullable ListenAddress place)
      throws IOException, InterruptedException {
    try (LocalServer server = LocalServer.start(config());
        Connection connection = Connection.toLocal(server.port())) {
      if (place == null) {
        return demonstrate(options, connection, server.console());
      }
      try (RemoteApi api = new RemoteApi(server.http(), trust(), Throwable::toString);
          LocalConsole pages = pages(place, api)) {
        return demonstrate(options, connection, pages.address());
      }
    }
  }

  private LocalConsole pages(ListenAddress place, RemoteApi api) throws IOException {
    try {
      return LocalConsole.start(place, api, null, null);
    } catch (IOException e) {
      throw new IOException(
          CONSOLE + ": " + console + " cannot be listened on: " + e.getMessage(), e);
    }
  }

  private int demonstrate(DemoOptions options, Connection connection, String address)
      throws IOException, InterruptedException {
    out.paragraph("console, while this runs: " + address);
    DemoResult result = new Demo(connection, options, out).run();
    reporting.publish(out, () -> out.paragraph(result.text(out.columns())), result.json());
    return 0;
  }

  /** Of nobody: the server is in this process. */
  private static SSLContext trust() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
