package dev.dolmen.evaluation;

import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.trainer.EngineOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which models are compared, and how often each of them learns. */
final class ComparisonOptions {
  private static final int PASSES_MAX = 100;
  private static final int SEEDS_MAX = 100;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of dolmen, gru4rec, sasrec (Dolmen's transformer on ids alone, with nothing beside it),"
              + " popular, popular-of-late, popular-in-session, co-occurrence, sknn, v-sknn,"
              + " vmis-knn, blend, blend-diginetica, blend-yoochoose, sasrec-content (on metadata alone),"
              + " content-knn (nearest by TF-IDF), category-popular, and those of --ablations."
              + " Default: dolmen,popular,co-occurrence,vmis-knn,blend; with"
              + " new-items dolmen,sasrec-content,content-knn,category-popular, with item-sets"
              + " popular besides.")
  private @Nullable List<String> models;

  @Option(
      names = "--ablations",
      description =
          "Compares Dolmen with itself, one part changed at a time: without-metadata, without-ids,"
              + " without-signals (co-visits and the session's own items), without-popularity,"
              + " without-log-q, with- or without-category-tasks, pooling-mean or pooling-last,"
              + " hashed (a table with as many buckets as values, which share them),"
              + " and with history another-pass, with a stream nightly (learns a day's clicks when"
              + " it is over). What the configuration does not have is left out. --models adds"
              + " others.")
  private boolean ablations;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Times that Dolmen, and what is made of it, learns the history, 1 to 100; a stream is"
              + " learned once. Default: ${DEFAULT-VALUE}.")
  private int passes = 1;

  @Option(
      names = "--network-passes",
      paramLabel = "N",
      description = "The same of gru4rec and sasrec. Default: as --passes.")
  private @Nullable Integer networkPasses;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Runs of Dolmen, what is made of it, and gru4rec, each with another seed, whose mean is"
              + " reported; 1 to 100. Default: ${DEFAULT-VALUE}.")
  private int seeds = 1;

  /** Refuses what is not valid, or does not go with a stream. */
  void check(boolean stream) {
    checkPasses("--passes", passes, stream);
    if (networkPasses != null) {
      checkPasses("--network-passes", networkPasses, stream);
    }
    OptionCheck.require(seeds >= 1 && seeds <= SEEDS_MAX, "--seeds", seeds, "1 to 100");
    named(ModelKind.USUAL);
  }

  private static void checkPasses(String option, int passes, boolean stream) {
    OptionCheck.require(passes >= 1 && passes <= PASSES_MAX, option, passes, "1 to 100");
    OptionCheck.require(!stream || passes == 1, option, passes, "1: a stream is learned once");
  }

  /**
   * How models are learned and compared.
   *
   * @param engine options of the product, which decide what an ablation would change
   */
  EvalOptions options(EngineOptions engine, ProtocolOptions protocol) {
    List<String> usual =
        protocol.itemSets()
            ? ModelKind.ITEM_SETS
            : protocol.newItems() ? ModelKind.NEW_ITEMS : ModelKind.USUAL;
    LinkedHashSet<ModelKind> kinds = new LinkedHashSet<>();
    if (ablations) {
      kinds.add(ModelKind.DOLMEN);
      ModelKind.ABLATIONS.stream()
          .filter(kind -> kind.pointless(engine, protocol.stream()) == null)
          .forEach(kinds::add);
    }
    for (ModelKind kind : named(usual)) {
      String pointless = kind.pointless(engine, protocol.stream());
      if (pointless != null) {
        throw OptionCheck.refused("--models", kind.title(), pointless);
      }
      kinds.add(kind);
    }
    return new EvalOptions(
        List.copyOf(kinds),
        passes,
        networkPasses == null ? passes : networkPasses,
        seeds,
        protocol.intervalSeed());
  }

  private List<ModelKind> named(List<String> usual) {
    List<ModelKind> kinds = new ArrayList<>();
    List<String> names = models;
    for (String model : names != null ? names : ablations ? List.<String>of() : usual) {
      ModelKind kind = ModelKind.of(model);
      if (kind == null) {
        throw OptionCheck.refused("--models", model, ModelKind.titles());
      }
      kinds.add(kind);
    }
    return kinds;
  }
}
