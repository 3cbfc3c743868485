package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.evaluation.model.DolmenModel;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.validation.RankMetric;
import dev.dolmen.trainer.validation.ValidationFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment new-product}. */
@Command(
    name = "new-product",
    mixinStandardHelpOptions = true,
    description = {
      "Where products stand that nobody has clicked, for visitors whose taste they fit.",
      "",
      "Clicks of the demo's visitors are learned in small steps, as a server learns them, without a"
          + " server and a clock: the same seed gives the same ranks. Half-way the taste changes."
          + " In the end products arrive with their metadata alone, each a further variant of one"
          + " that is there, and are ranked among all others for a visit of three clicks that leads"
          + " to them; so are their siblings, which were always there.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment new-product",
      "  dolmen experiment new-product --seeds 3 --products 60 --json new-product.json"
    })
public final class NewProductCommand implements Callable<Integer> {
  private static final int CUT = 20;

  @Option(
      names = "--clicks",
      paramLabel = "N",
      description = "That are learned before. Default: ${DEFAULT-VALUE}, a minute of the demo.")
  private long clicks = 24_000;

  @Option(
      names = "--batch-events",
      paramLabel = "N",
      description =
          "Clicks learned in one step. Default: ${DEFAULT-VALUE}, about what a server has at the"
              + " demo's rate.")
  private int batchEvents = 20;

  @Option(
      names = "--products",
      paramLabel = "N",
      description = "That arrive. Default: ${DEFAULT-VALUE}.")
  private int products = 40;

  @Mixin private ShopStudyOptions shops = new ShopStudyOptions(3);
  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public NewProductCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public NewProductCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(clicks >= 2 && clicks <= 1e9, "--clicks", clicks, "2 to 1,000,000,000");
    OptionCheck.require(
        batchEvents >= 1 && batchEvents <= 65_536, "--batch-events", batchEvents, "1 to 65,536");
    shops.check();
    EngineOptions configured = shops.engine();
    EngineOptions engine =
        configured.with(
            e -> e.training(configured.training().with(t -> t.batchEvents(batchEvents))));
    int seeds = shops.seeds();
    for (int i = 0; i < seeds; i++) {
      ShopEvents shop = new ShopEvents("study", shops.seed(i));
      shop.changeTaste();
      int max = shop.newProductsMax();
      OptionCheck.require(
          products >= 1 && products <= max,
          "--products",
          products,
          "1 to " + max + ", as many as the shop of seed " + shops.seed(i) + " has places for");
    }
    List<NewProductRanks.Outcome> outcomes = new ArrayList<>();
    ProgressBar bar = new ProgressBar(progress, "clicks", seeds * clicks, System::nanoTime);
    for (int i = 0; i < seeds; i++) {
      long of = shops.seed(i);
      long before = i * clicks;
      Path directory = DolmenModel.directory();
      NewProductRanks study =
          new NewProductRanks(
              engine.with(e -> e.dataDirectory(directory).seed(of)),
              new NewProductRanks.Options(clicks, batchEvents, products));
      outcomes.add(study.run(done -> bar.show(before + done, "seed " + of)));
    }
    bar.done();
    reporting.publish(out, () -> print(outcomes), json(outcomes));
    return 0;
  }

  private void print(List<NewProductRanks.Outcome> outcomes) {
    TextTable table =
        new TextTable(
            "shop",
            "new: median rank",
            "quartiles",
            "among the first " + CUT,
            "siblings: median",
            RankMetric.RECALL_20.key(),
            RankMetric.MRR_20.key());
    for (int i = 0; i < outcomes.size(); i++) {
      row(table, "seed " + shops.seed(i), outcomes.subList(i, i + 1));
    }
    if (outcomes.size() > 1) {
      row(table, "all", outcomes);
    }
    out.text(table.text());
    out.paragraph(
        String.format(
            Locale.ROOT,
            "%d new products a shop, each ranked among %,d for a visit of three clicks that leads"
                + " to it; recall and mrr are of all %,d clicks, predicted before they were"
                + " learned",
            products,
            outcomes.getFirst().items(),
            clicks));
  }

  private static void row(TextTable table, String name, List<NewProductRanks.Outcome> of) {
    int[] ranks = all(of, NewProductRanks.Outcome::ranks);
    table.row(
        name,
        String.format(Locale.ROOT, "%.1f", quantile(ranks, 0.5)),
        String.format(Locale.ROOT, "%.1f to %.1f", quantile(ranks, 0.25), quantile(ranks, 0.75)),
        Percent.of(first(ranks)),
        String.format(
            Locale.ROOT, "%.1f", quantile(all(of, NewProductRanks.Outcome::siblingRanks), 0.5)),
        Percent.of(mean(of, o -> o.total().model().recallAt20())),
        Percent.of(mean(of, o -> o.total().model().mrrAt20())));
  }

  private JsonReport json(List<NewProductRanks.Outcome> outcomes) {
    List<JsonReport> bySeed = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      bySeed.add(figures(outcomes.subList(i, i + 1)).put("seed", shops.seed(i)));
    }
    return figures(outcomes)
        .put("machine", Machine.description())
        .put("clicks", clicks)
        .put("batch_events", batchEvents)
        .put("products", products)
        .put("items", outcomes.getFirst().items())
        .put("by_seed", bySeed);
  }

  private static JsonReport figures(List<NewProductRanks.Outcome> of) {
    int[] ranks = all(of, NewProductRanks.Outcome::ranks);
    int[] siblings = all(of, NewProductRanks.Outcome::siblingRanks);
    return new JsonReport()
        .put("cold_item_rank", quantile(ranks, 0.5))
        .put("cold_item_rank_quartile_1", quantile(ranks, 0.25))
        .put("cold_item_rank_quartile_3", quantile(ranks, 0.75))
        .put("cold_item_hr@20", first(ranks))
        .put("sibling_rank", quantile(siblings, 0.5))
        .put("sibling_hr@20", first(siblings))
        .put(RankMetric.RECALL_20.key(), mean(of, o -> o.total().model().recallAt20()))
        .put(RankMetric.MRR_20.key(), mean(of, o -> o.total().model().mrrAt20()))
        .put(RankMetric.RECALL_20.key() + "_last_window", mean(of, o -> last(o.window())))
        .putAll("cold_item_ranks", Arrays.stream(ranks).boxed().toList());
  }

  private static double last(ValidationFigures window) {
    return window.model().recallAt20();
  }

  private static double mean(
      List<NewProductRanks.Outcome> of, ToDoubleFunction<NewProductRanks.Outcome> figure) {
    return of.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** Of several shops together, ascending. */
  private static int[] all(
      List<NewProductRanks.Outcome> of, Function<NewProductRanks.Outcome, int[]> ranks) {
    return of.stream().flatMapToInt(o -> Arrays.stream(ranks.apply(o))).sorted().toArray();
  }

  private static double first(int[] ranks) {
    return Arrays.stream(ranks).filter(rank -> rank <= CUT).count() / (double) ranks.length;
  }

  /** Between two ranks where it falls between them. */
  private static double quantile(int[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
