package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.hashed.HashedEmbeddingTable;
import dev.dolmen.evaluation.hashed.SlotValues;
import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.trainer.validation.RankMetric;
import dev.dolmen.trainer.validation.ValidationFigures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment collisions}. */
@Command(
    name = "collisions",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the collisionless table with hashed ones, whose values share rows, on one stream.",
      "",
      "The clicks of a dataset go through the same engine once for each table, and every click is"
          + " predicted before it is learned. A hashed table has so many buckets per value in each"
          + " slot; thresholds, dimensions and seed are the same.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment collisions --data datasets/diginetica --limit 100000",
      "  dolmen experiment collisions --data DIR --json collisions.json \\",
      "      --plot collisions.svg"
    })
public final class CollisionCommand implements Callable<Integer> {
  @Mixin private DatasetOptions data = new DatasetOptions();

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "BUCKETS",
      description = "Buckets per value of the hashed tables. Default: ${DEFAULT-VALUE}.")
  private List<Double> sizes = List.of(0.125, 0.25, 0.5, 1.0, 2.0);

  @Mixin private Reporting reporting = new Reporting();

  @Option(names = "--plot", paramLabel = "FILE.svg", description = "Also draw them.")
  private @Nullable Path plot;

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public CollisionCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public CollisionCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    data.check();
    RecBoleDataset dataset = RecBoleDataset.find(data.folder());
    DatasetImport read =
        DatasetReading.read(dataset, data.files(null), null, data.limit(), progress);
    InteractionProfile profile = read.profile();
    Schema schema = read.schema();
    EngineFeed feed = new EngineFeed(read);
    SlotValues values = new SlotValues(schema, feed.items());
    List<Double> all = new ArrayList<>(sizes.stream().sorted().toList());
    all.add(0.0);
    ProgressBar bar =
        new ProgressBar(progress, "clicks", all.size() * profile.events(), System::nanoTime);
    List<CollisionFigures> figures = new ArrayList<>();
    for (double perValue : all) {
      figures.add(run(feed, schema, values, perValue, bar, figures.size() * profile.events()));
    }
    bar.done();
    reporting.publish(out, () -> print(figures), json(figures));
    if (plot != null) {
      Files.writeString(plot, CollisionPlot.svg(figures, data.title()));
    }
    return 0;
  }

  private static CollisionFigures run(
      EngineFeed feed,
      Schema schema,
      SlotValues values,
      double perValue,
      ProgressBar bar,
      long before)
      throws IOException, InterruptedException {
    long[] buckets = perValue == 0 ? new long[0] : values.buckets(perValue);
    TableFactory tables =
        perValue == 0
            ? TableFactory.COLLISIONLESS
            : (slots, seed) ->
                new HashedEmbeddingTable(TableFactory.COLLISIONLESS.open(slots, seed), buckets);
    Path directory = Files.createTempDirectory("dolmen-experiment-");
    EngineOptions options = options(directory, schema);
    try (Engine engine =
        Engine.open(options, InstantSource.system(), new SimpleMeterRegistry(), tables)) {
      String note = perValue == 0 ? "ours" : perValue + " buckets per value";
      feed.run(engine, options, clicks -> bar.show(before + clicks, note));
      ValidationFigures total = engine.status().quality().total();
      return new CollisionFigures(
          perValue,
          perValue == 0 ? values.values() : Arrays.stream(buckets).sum(),
          perValue == 0 ? 0 : values.collidingShare(buckets),
          total.predictions(),
          total.model().recallAt20(),
          total.model().mrrAt20());
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  private static EngineOptions options(Path directory, Schema schema) {
    EngineOptions d = EngineOptions.defaults(directory, schema);
    return d.with(e ->
        e.snapshots(SnapshotOptions.defaults().with(s -> s.intervalSec(0).keep(1).onClose(false)))
            // The figures are of all clicks, whatever scoring takes.
            .training(d.training().with(t -> t.validationTime(1)))
            .ranking(RankingOptions.defaults()));
  }

  private void print(List<CollisionFigures> figures) {
    TextTable table =
        new TextTable(
            "buckets per value",
            "buckets",
            "values that share",
            RankMetric.RECALL_20.key(),
            RankMetric.MRR_20.key());
    for (CollisionFigures f : figures) {
      table.row(
          f.name(),
          String.format(Locale.ROOT, "%,d", f.buckets()),
          String.format(Locale.ROOT, "%.1f%%", 100 * f.collidingShare()),
          Percent.of(f.recallAt20()),
          Percent.of(f.mrrAt20()));
    }
    out.text(table.text());
    out.line(
        String.format(
            Locale.ROOT,
            "%s: %,d clicks predicted before they were learned",
            data.title(),
            figures.getLast().predictions()));
  }

  private JsonReport json(List<CollisionFigures> figures) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", data.title())
        .put(
            "results",
            figures.stream()
                .map(f ->
                    new JsonReport()
                        .put("table", f.ours() ? "collisionless" : "hashed")
                        .put("buckets_per_value", f.ours() ? Double.NaN : f.bucketsPerValue())
                        .put("buckets", f.buckets())
                        .put("colliding_share", f.collidingShare())
                        .put("predictions", f.predictions())
                        .put(RankMetric.RECALL_20.key(), f.recallAt20())
                        .put(RankMetric.MRR_20.key(), f.mrrAt20()))
                .toList());
  }
}
