package dev.dolmen.traffic.replay;

import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.ImportFlags;
import dev.dolmen.server.cli.ImportText;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.ServerTrust;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.local.ProcessMemory;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.learn.TrainingOptions;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Streams a dataset of clicks through the server and reports how well it predicted each next"
          + " click before learning it.",
      "",
      "The dataset is a folder in RecBole's atomic-file format: NAME.inter (or NAME.train.inter and"
          + " NAME.test.inter) and NAME.item, plain or .gz. Items are upserted first; then"
          + " every click goes through FeedbackService.Publish in time order. Without --server the"
          + " whole product starts in this process, on a free port and a temporary data directory,"
          + " with a schema inferred from the files. A running server keeps what its catalogue says"
          + " and the files leave open, and counts an event once that it has had before, from"
          + " whatever file.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen replay --data datasets/diginetica",
      "  dolmen replay --data datasets/globo --json globo.json",
      "  dolmen replay --data datasets/globo --speed 600 --server 127.0.0.1:7070"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the dataset.")
  private Path data = Path.of("");

  @Option(
      names = "--speed",
      defaultValue = "max",
      paramLabel = "max|N",
      description = "As fast as the server takes it, or N times real time. Default: max.")
  private String speed = "max";

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "A running server instead of one in this process.")
  private @Nullable String server;

  @Mixin private ServerTrust trust = new ServerTrust();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Configuration of the server in this process, instead of the inferred schema and defaults."
            + " Its addresses and data directory are not used. With --server: the schema that the"
            + " running server has."
      })
  private @Nullable Path config;

  @Option(names = "--limit", paramLabel = "N", description = "Only the first N clicks.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--slices",
      defaultValue = "12",
      paramLabel = "N",
      description = "Slices of equal time to report by. Default: ${DEFAULT-VALUE}.")
  private int slices = 12;

  @Option(
      names = "--window",
      defaultValue = "4096",
      paramLabel = "N",
      description = "Clicks sent and not acknowledged at most. Default: ${DEFAULT-VALUE}.")
  private int window = 4_096;

  @Mixin private ImportFlags flags = new ImportFlags();
  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal err;

  /** Prints to the process's own streams. */
  public ReplayCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints results to {@code out}, progress and errors to {@code err}. */
  public ReplayCommand(Terminal out, Terminal err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    ReplayOptions options = options();
    try {
      replay(options);
      return 0;
    } catch (ConfigException e) {
      err.clear();
      err.line(String.valueOf(e.getMessage()));
      return 2;
    } catch (IOException | IllegalArgumentException | StatusRuntimeException e) {
      err.clear();
      err.line("dolmen replay: " + describe(e));
      return 1;
    }
  }

  private String describe(Exception e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof StatusRuntimeException status && server != null
        ? server + ": " + trust.explain(server, status.getStatus()).orElse(message)
        : message;
  }

  private ReplayOptions options() {
    OptionCheck.require(slices >= 1 && slices <= 1_000, "--slices", slices, "1 to 1,000");
    OptionCheck.require(window >= 1 && window <= 1_000_000, "--window", window, "1 to 1,000,000");
    OptionCheck.require(limit >= 1, "--limit", limit, "1 or more");
    double multiple = 0;
    if (!speed.equals("max")) {
      try {
        multiple = Double.parseDouble(speed);
      } catch (NumberFormatException e) {
        multiple = -1;
      }
      OptionCheck.require(
          multiple > 0 && multiple < 1e9, "--speed", speed, "max or a number above 0");
    }
    return new ReplayOptions(multiple, slices, window, 128, 500);
  }

  private void replay(ReplayOptions options)
      throws IOException, ConfigException, InterruptedException {
    DolmenConfig named = config == null ? null : DolmenConfig.load(config, System.getenv());
    DatasetImport read =
        DatasetReading.read(
            RecBoleDataset.find(data),
            flags.options(named),
            named == null ? null : named.schema(),
            limit,
            err);
    if (options.speed() > 0 && !read.profile().timeScale().isEpoch()) {
      throw new IllegalArgumentException(
          "--speed: " + speed + ", expected max, as the timestamps are only running numbers");
    }
    // How a server elsewhere learns is not known: as is said here, or as shipped.
    DolmenConfig settings = named == null ? DolmenConfig.defaults(data, read.schema()) : named;
    EngineOptions engine = settings.engine();
    // The figures are of all clicks, whatever scoring takes.
    TrainingOptions training = engine.training().with(t -> t.validationTime(1));
    if (server != null) {
      try (Connection connection = Connection.open(server, trust)) {
        run(connection, read, new LiveCatalog(connection, read::names), engine, options);
      }
    } else {
      try (LocalServer local = LocalServer.start(settings.withEngine(e -> e.training(training)));
          Connection connection = Connection.toLocal(local.port())) {
        run(connection, read, new LiveCatalog(), engine, options);
      }
    }
  }

  private void run(
      Connection connection,
      DatasetImport read,
      LiveCatalog live,
      EngineOptions engine,
      ReplayOptions options)
      throws IOException, InterruptedException {
    ItemArrivals arrivals = read.arrivals(engine.training().batchEvents(), engine.seed());
    DatasetReplay replay = new DatasetReplay(connection, read, live, arrivals, options, err);
    long items = replay.uploadCatalog();
    err.line(
        String.format(
            Locale.ROOT,
            "catalogue: %,d items upserted, of %,d; others arrive later",
            items,
            arrivals.size()));
    ReplayResult result = replay.run();
    OptionalLong peak =
        server == null
            ? ProcessMemory.ownPeakRssBytes()
            : ProcessMemory.listenerPeakRssBytes(
                Integer.parseInt(server.substring(server.lastIndexOf(':') + 1)));
    RecBoleDataset dataset = read.dataset();
    reporting.publish(
        out,
        () -> out.text(result.text(files(dataset), peak)),
        result
            .json(dataset.name(), files(dataset), peak)
            .put("import", ImportText.json(read.report())));
  }

  private static List<String> files(RecBoleDataset dataset) {
    return dataset.parts().stream().map(p -> String.valueOf(p.getFileName())).toList();
  }
}
