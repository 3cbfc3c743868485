package dev.dolmen.evaluation;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.Evaluation;
import dev.dolmen.evaluation.itemsets.ItemSetReport;
import dev.dolmen.evaluation.itemsets.ItemSetResult;
import dev.dolmen.evaluation.itemsets.ItemSetsEvaluation;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.newitems.NewItemReport;
import dev.dolmen.evaluation.newitems.NewItemResult;
import dev.dolmen.evaluation.newitems.NewItemsEvaluation;
import dev.dolmen.evaluation.options.ConfigOption;
import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.evaluation.report.EvalJson;
import dev.dolmen.evaluation.report.EvalReport;
import dev.dolmen.evaluation.report.EvalText;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.ImportText;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolmen eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares the model with baselines on a dataset, by the protocols of the literature.",
      "",
      "static: learns NAME.train.inter and predicts every click of the sessions of NAME.test.inter"
          + " from the second on, each from those before it, among all items learned; one that was"
          + " never learned is a miss. Before the target such items stand with their metadata, which"
          + " Dolmen reads.",
      "leave-one-out: learns all but the last two items of each user, or session, and predicts the"
          + " last one among all items.",
      "stream: in windows of event time, each predicted by what was learned before. Read as in the"
          + " paper of Transformers4Rec (a session belongs to the window in which it began),"
          + " strictly (nothing of a click's own window is known) and live (every click is learned"
          + " as it happens). An item counts once a session, and those that the session has clicked"
          + " are not ranked.",
      "new-items: of items that nobody has clicked. Learns the first clicks and asks for those after"
          + " them, cold and warm items apart (time-split); the same where a fifth of the items"
          + " leaves what is learned (held-out); and click by click (stream).",
      "item-sets: pairs of user and item without times, in a published split whose cold items"
          + " nobody has. Learns users as visits in a drawn order; asks for all that a user has"
          + " besides, cold and warm items apart and together.",
      "",
      "Dolmen learns as a server does and ranks with the code that serves. Ties count against the"
          + " target. Intervals are of 95%%, over sessions, or windows of a stream, drawn 1,000 times"
          + " with replacement; differences are paired.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:evaluated",
      "1:the dataset cannot be read, or does not fit the protocol",
      "2:an option or the configuration is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen eval --data datasets/diginetica",
      "  dolmen eval --data datasets/diginetica --validation \\",
      "      --models dolmen,blend --passes 2",
      "  dolmen eval --data datasets/globo --protocol stream --limit 300000 \\",
      "      --report report",
      "  dolmen eval --data datasets/beauty --protocol leave-one-out --seeds 3 \\",
      "      --json eval.json",
      "  dolmen eval --data datasets/globo --protocol new-items --limit 60000 \\",
      "      --json new.json",
      "  dolmen eval --data datasets/citeulike-a --protocol item-sets --split gar \\",
      "      --passes 5",
      "  dolmen eval --data datasets/diginetica --ablations --report report",
      "  dolmen eval --data datasets/diginetica --models dolmen,gru4rec,sasrec \\",
      "      --network-passes 6"
    })
public final class EvalCommand implements Callable<Integer> {
  @Mixin private DatasetOptions data = new DatasetOptions();
  @Mixin private ProtocolOptions protocol = new ProtocolOptions();
  @Mixin private PredictionOptions predictions = new PredictionOptions();
  @Mixin private NewItemOptions newItems = new NewItemOptions();
  @Mixin private ItemSetOptions itemSets = new ItemSetOptions();
  @Mixin private ComparisonOptions models = new ComparisonOptions();
  @Mixin private ConfigOption config = new ConfigOption();
  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public EvalCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public EvalCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    data.check();
    protocol.check(ProtocolRun.PROTOCOLS);
    if (protocol.itemSets()) {
      data.checkWhole(protocol.protocol());
    }
    predictions.check(protocol);
    newItems.check(protocol);
    itemSets.check(protocol);
    models.check(protocol.stream());
    DolmenConfig named = config.read();
    LocalServer.quietLogs();
    if (protocol.newItems()) {
      NewItemResult result = aboutNewItems(named);
      reporting.publish(out, () -> NewItemReport.print(result, out), NewItemReport.json(result));
      return 0;
    }
    if (protocol.itemSets()) {
      ItemSetResult result = aboutItemSets(named);
      reporting.publish(out, () -> ItemSetReport.print(result, out), ItemSetReport.json(result));
      return 0;
    }
    EvalResult result = evaluated(named);
    EvalReport report = new EvalReport(result);
    reporting.publishPage(
        out,
        () -> EvalText.print(result, out),
        EvalJson.of(result),
        report::markdown,
        report::html);
    return 0;
  }

  private EvalResult evaluated(@Nullable DolmenConfig named) {
    try {
      EvalDataset dataset = read(named);
      EngineOptions engine = engine(named, dataset);
      EvalOptions options = models.options(engine, protocol);
      ProtocolRun run = predictions.run(dataset, protocol);
      return evaluate(new Evaluation(dataset, engine, options), run);
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
  }

  private NewItemResult aboutNewItems(@Nullable DolmenConfig named) {
    try {
      EvalDataset dataset = read(named);
      EngineOptions engine = engine(named, dataset);
      NewItemsEvaluation evaluation =
          new NewItemsEvaluation(
              dataset, engine, models.options(engine, protocol), newItems.settings());
      ProgressBar bar =
          new ProgressBar(progress, "evaluating", evaluation.work(), System::nanoTime);
      NewItemResult result = evaluation.run(bar::show);
      bar.done();
      return result;
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
  }

  private ItemSetResult aboutItemSets(@Nullable DolmenConfig named) {
    try {
      EvalDataset dataset = read(named);
      EngineOptions engine = engine(named, dataset);
      ItemSetsEvaluation evaluation =
          new ItemSetsEvaluation(
              dataset,
              data.folder(),
              engine,
              models.options(engine, protocol),
              itemSets.settings(predictions.validation()));
      ProgressBar bar =
          new ProgressBar(progress, "evaluating", evaluation.work(), System::nanoTime);
      ItemSetResult result = evaluation.run(bar::show);
      bar.done();
      return result;
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
  }

  private static EngineOptions engine(@Nullable DolmenConfig named, EvalDataset dataset) {
    return named == null
        ? DolmenConfig.defaults(Path.of(""), dataset.schema()).engine()
        : named.engine();
  }

  private EvalDataset read(@Nullable DolmenConfig named) throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading", 0, System::nanoTime);
    Schema schema = named == null ? null : named.schema();
    EvalDataset dataset =
        protocol.itemSets()
            ? EvalDataset.readPairs(
                data.folder(), data.files(named), schema, rows -> bar.show(rows, ""))
            : EvalDataset.read(
                data.folder(),
                data.files(named),
                schema,
                ProtocolRun.held(protocol.protocol(), predictions.validation(), data.folder()),
                data.limit(),
                rows -> bar.show(rows, ""));
    bar.done();
    ImportText.print(dataset.report(), progress);
    return dataset;
  }

  private EvalResult evaluate(Evaluation evaluation, ProtocolRun run) throws IOException {
    ProgressBar bar =
        new ProgressBar(progress, "evaluating", evaluation.work(run), System::nanoTime);
    EvalResult result = evaluation.run(run, bar::show);
    bar.done();
    return result;
  }
}
