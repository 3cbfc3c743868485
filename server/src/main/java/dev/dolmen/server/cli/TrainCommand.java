package dev.dolmen.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaInference;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.validation.RankMetric;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
      "1:the dataset or the directory cannot be read or written, or the directory is not empty",
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
    InteractionProfile profile = DatasetReading.profile(dataset, limit, Terminal.errors(spec));
    DolmenConfig named = config.loadIfNamed();
    check(named != null || to != null, "no directory to write: give --to DIR or --config FILE");
    DolmenConfig settings =
        named == null
            ? DolmenConfig.defaults(
                Path.of(String.valueOf(to)), SchemaInference.infer(dataset, profile))
            : to == null ? named : named.withDataDirectory(to);
    List<Pass> done = new ArrayList<>();
    SnapshotInfo snapshot;
    try (HistoryTraining training =
        HistoryTraining.open(settings.engine(), InstantSource.system())) {
      for (int pass = 1; pass <= passes; pass++) {
        if (pass > 1) {
          training.beginPass();
        }
        done.add(pass(training, dataset, profile, settings, pass));
        print(out, pass, done.getLast());
      }
      report(training, out);
      snapshot = training.snapshot();
    }
    Path file = named == null ? writeConfig(settings) : null;
    out.line("snapshot " + snapshot.directory() + ", " + Amounts.bytes(snapshot.bytes()));
    out.line(
        "serve it: dolmen serve --config " + (file == null ? "FILE, the one used here" : file));
    writeJson(done, snapshot);
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
      HistoryTraining training,
      RecBoleDataset dataset,
      InteractionProfile profile,
      DolmenConfig settings,
      int number)
      throws IOException {
    long start = System.nanoTime();
    try (DatasetItems items = new DatasetItems(dataset, profile, settings.schema())) {
      for (Item item = items.next(); item != null; item = items.next()) {
        training.upsert(item);
      }
    }
    EventWriter writer =
        new EventWriter(dataset, profile.timeScale(), settings.schema(), profile.contexts());
    ProgressBar progress =
        new ProgressBar(
            Terminal.errors(spec), "pass " + number, profile.events(), System::nanoTime);
    long clicks = 0;
    try (Interactions history = new Interactions(dataset, profile, writer.columns())) {
      for (Interaction click = history.next(); click != null; click = history.next()) {
        training.learn(writer.event(click));
        progress.show(++clicks, () -> note(training.window()));
      }
    }
    ValidationFigures figures = training.endPass();
    progress.done();
    return new Pass(clicks, (System.nanoTime() - start) / 1e9, figures);
  }

  private static String note(ValidationFigures window) {
    return String.format(Locale.ROOT, "recall@20 %.1f%%", 100 * window.model().recallAt20());
  }

  private static void print(Terminal out, int number, Pass pass) {
    ValidationFigures f = pass.figures;
    out.line(
        String.format(
            Locale.ROOT,
            "pass %d: %,d clicks, %,.0f a second; recall@20 %.2f%%, mrr@20 %.2f%%, most clicked"
                + " %.2f%%%s",
            number,
            pass.clicks,
            pass.clicks / pass.seconds,
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

  private void writeJson(List<Pass> done, SnapshotInfo snapshot) throws IOException {
    if (json == null) {
      return;
    }
    List<Map<String, Object>> all = new ArrayList<>();
    for (Pass pass : done) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("clicks", pass.clicks);
      entry.put("seconds", pass.seconds);
      entry.put("clicks_per_second", pass.clicks / pass.seconds);
      entry.put(RankMetric.RECALL_20.key(), pass.figures.model().recallAt20());
      entry.put(RankMetric.MRR_20.key(), pass.figures.model().mrrAt20());
      entry.put(RankMetric.NDCG_20.key(), pass.figures.model().ndcgAt20());
      all.add(entry);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("passes", all);
    report.put("snapshot", snapshot.id());
    report.put("snapshot_bytes", snapshot.bytes());
    Files.writeString(
        json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
  }
}
