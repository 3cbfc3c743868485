package dev.dolmen.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.ImportReport;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.validation.RankMetric;
import dev.dolmen.trainer.validation.ValidationFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Learns from history, before a server's first start. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Learns from a dataset in RecBole's atomic-file format and writes a new data directory, from"
          + " which a server starts and goes on learning.",
      "History goes through the trainer of the server, without a log in between. The figures of the"
          + " first pass are of clicks not seen before; those of later passes are not.",
      "Without a configuration the schema is inferred, and the configuration to serve with is"
          + " written into the new directory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:trained, the snapshot is written",
      "1:the dataset or the directory cannot be read or written, too much of the dataset is"
          + " refused, or the directory is not empty",
      "2:an option or the configuration is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen train --data datasets/diginetica --to data --passes 2",
      "  dolmen serve --config data/dolmen.yaml",
      "  dolmen train --data datasets/shop --config dolmen.yaml"
    })
final class TrainCommand implements Callable<Integer> {
  private static final int PASSES_MAX = 100;
  private static final String CONFIG = "dolmen.yaml";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the dataset.")
  private Path data = Path.of("");

  @Mixin private ConfigFile config = new ConfigFile();
  @Mixin private ImportFlags flags = new ImportFlags();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "The new data directory, in place of the configuration's data_directory.")
  private @Nullable Path to;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Times that the history is learned, 1 to 100; by default ${DEFAULT-VALUE}.")
  private int passes = 1;

  @Option(names = "--limit", paramLabel = "N", description = "Only the first N clicks.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--without-test",
      description = "Leaves NAME.test.inter away, to be replayed afterwards.")
  private boolean withoutTest;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  /** What one pass came to. */
  private record Pass(long clicks, double seconds, ValidationFigures figures) {}

  @Override
  public Integer call() throws IOException {
    OptionCheck.require(passes >= 1 && passes <= PASSES_MAX, "--passes", passes, "1 to 100");
    OptionCheck.require(limit >= 1, "--limit", limit, "1 or more");
    try {
      train();
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    return 0;
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new CommandFailedException(2, message);
    }
  }

  private void train() throws IOException {
    Terminal out = Terminal.out(spec);
    RecBoleDataset dataset = dataset();
    DolmenConfig named = config.loadIfNamed();
    check(named != null || to != null, "no directory to write: give --to DIR or --config FILE");
    DatasetImport history =
        DatasetReading.read(
            dataset,
            flags.options(named),
            named == null ? null : named.schema(),
            limit,
            Terminal.errors(spec));
    DolmenConfig settings =
        named == null
            ? DolmenConfig.defaults(Path.of(String.valueOf(to)), history.schema())
            : to == null ? named : named.withDataDirectory(to);
    List<Pass> done = new ArrayList<>();
    SnapshotInfo snapshot;
    long skippedBatches;
    ItemArrivals arrivals =
        history.arrivals(settings.engine().training().batchEvents(), settings.engine().seed());
    try (HistoryTraining training =
        HistoryTraining.open(settings.engine(), InstantSource.system())) {
      for (int pass = 1; pass <= passes; pass++) {
        if (pass > 1) {
          training.beginPass();
        }
        done.add(pass(training, history, arrivals, pass));
        print(out, pass, done.getLast());
      }
      report(training, out);
      snapshot = training.snapshot();
      skippedBatches = training.skippedBatches();
    }
    Path file = named == null ? writeConfig(settings) : null;
    out.line("snapshot " + snapshot.directory() + ", " + Amounts.bytes(snapshot.bytes()));
    out.line(
        "serve it: dolmen serve --config "
            + (file == null ? "FILE, the one used here" : ShellWord.of(file.toString())));
    writeJson(done, skippedBatches, snapshot, history.report());
  }

  private RecBoleDataset dataset() throws IOException {
    RecBoleDataset found = RecBoleDataset.find(data);
    if (!withoutTest) {
      return found;
    }
    List<Path> parts =
        found.parts().stream().filter(p -> !p.getFileName().toString().contains(".test.")).toList();
    if (parts.isEmpty()) {
      throw new IOException(data + ": nothing is left without the test part");
    }
    return new RecBoleDataset(found.name(), parts, found.itemFile());
  }

  private Pass pass(
      HistoryTraining training, DatasetImport history, ItemArrivals arrivals, int number)
      throws IOException {
    long start = System.nanoTime();
    arrivals.restart();
    EventWriter writer = history.events();
    ProgressBar progress =
        new ProgressBar(
            Terminal.errors(spec), "pass " + number, history.profile().events(), System::nanoTime);
    long clicks = 0;
    try (Interactions rows = history.interactions()) {
      for (Interaction click = rows.next(); click != null; click = rows.next()) {
        arrivals.before(clicks, training::upsert);
        training.learn(writer.event(click));
        progress.show(++clicks, () -> note(training.window()));
      }
    }
    arrivals.rest(training::upsert);
    ValidationFigures figures = training.endPass();
    progress.done();
    return new Pass(clicks, (System.nanoTime() - start) / 1e9, figures);
  }

  private static String note(ValidationFigures window) {
    return String.format(Locale.ROOT, "recall@20 %.1f%%", 100 * window.model().recallAt20());
  }

  private static void print(Terminal out, int number, Pass pass) {
    ValidationFigures f = pass.figures;
    String read =
        String.format(
            Locale.ROOT,
            "pass %d: %,d clicks, %,.0f a second; ",
            number,
            pass.clicks,
            pass.clicks / pass.seconds);
    if (f.predictions() == 0) {
      out.line(read + "nothing to predict: no visit has a second click");
      return;
    }
    out.line(
        String.format(
            Locale.ROOT,
            "%srecall@20 %.2f%%, mrr@20 %.2f%%, most clicked %.2f%%%s",
            read,
            100 * f.model().recallAt20(),
            100 * f.model().mrrAt20(),
            100 * f.popularity().recallAt20(),
            number == 1 ? "" : " (seen before)"));
  }

  private static void report(HistoryTraining training, Terminal out) {
    if (training.inapplicable() > 0) {
      out.line(training.inapplicable() + " clicks or items were left out in the last pass");
    }
    if (training.skippedBatches() > 0) {
      out.line(training.skippedBatches() + " batches were left out: numbers were not finite");
    }
  }

  private static Path writeConfig(DolmenConfig settings) throws IOException {
    Path directory = settings.dataDirectory();
    Path file = directory.resolve(CONFIG);
    String path = directory.toAbsolutePath().normalize().toString();
    PrivateFiles.writeNew(
        file,
        "# Written by dolmen train; dolmen config sample explains every key.\n"
            + "data_directory: "
            + new ObjectMapper().writeValueAsString(path)
            + "\n"
            + SchemaYaml.write(settings.schema()));
    return file;
  }

  private void writeJson(
      List<Pass> done, long skippedBatches, SnapshotInfo snapshot, ImportReport read)
      throws IOException {
    if (json == null) {
      return;
    }
    List<JsonReport> all = new ArrayList<>();
    for (Pass pass : done) {
      boolean any = pass.figures.predictions() > 0;
      all.add(
          new JsonReport()
              .put("clicks", pass.clicks)
              .put("seconds", pass.seconds)
              .put("clicks_per_second", pass.clicks / pass.seconds)
              .put("predictions", pass.figures.predictions())
              .put(RankMetric.RECALL_20.key(), any ? pass.figures.model().recallAt20() : Double.NaN)
              .put(RankMetric.MRR_20.key(), any ? pass.figures.model().mrrAt20() : Double.NaN)
              .put(RankMetric.NDCG_20.key(), any ? pass.figures.model().ndcgAt20() : Double.NaN));
    }
    new JsonReport()
        .put("passes", all)
        .put("skipped_batches", skippedBatches)
        .put("snapshot", snapshot.id())
        .put("snapshot_bytes", snapshot.bytes())
        .put("import", ImportText.json(read))
        .write(json);
  }
}
