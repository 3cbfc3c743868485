package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.baseline.CategoryPopularityRecommender;
import dev.dolmen.evaluation.baseline.ContentNeighborsRecommender;
import dev.dolmen.evaluation.baseline.ItemWords;
import dev.dolmen.evaluation.baseline.PopularityOptions;
import dev.dolmen.evaluation.baseline.PopularityRecommender;
import dev.dolmen.evaluation.baseline.SessionPopularityRecommender;
import dev.dolmen.evaluation.baseline.TunedOptions;
import dev.dolmen.evaluation.protocol.VisibleData;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.BlendRecommender;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceRecommender;
import dev.dolmen.trainer.baseline.NeighborFormula;
import dev.dolmen.trainer.baseline.NeighborRecommender;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionIndex;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models that can be compared. */
public enum ModelKind {
  DOLMEN(RankerKind.DOLMEN),
  WITHOUT_METADATA("without-metadata"),
  WITHOUT_IDS("without-ids"),
  WITHOUT_SIGNALS("without-signals"),
  WITHOUT_POPULARITY("without-popularity"),
  WITHOUT_LOG_Q("without-log-q"),
  WITH_CATEGORY_TASKS("with-category-tasks"),
  WITHOUT_CATEGORY_TASKS("without-category-tasks"),
  POOLING_MEAN("pooling-mean"),
  POOLING_LAST("pooling-last"),
  HASHED("hashed"),
  ANOTHER_PASS("another-pass"),
  NIGHTLY("nightly"),
  SASREC("sasrec"),
  SASREC_CONTENT("sasrec-content"),
  GRU4REC("gru4rec"),
  CONTENT_KNN("content-knn"),
  CATEGORY_POPULAR("category-popular"),
  POPULAR("popular"),
  POPULAR_OF_LATE("popular-of-late"),
  POPULAR_IN_SESSION("popular-in-session"),
  CO_OCCURRENCE(RankerKind.CO_OCCURRENCE),
  SKNN(RankerKind.SKNN),
  V_SKNN(RankerKind.V_SKNN),
  VMIS_KNN(RankerKind.VMIS_KNN),
  BLEND(RankerKind.BLEND),
  BLEND_DIGINETICA("blend-diginetica"),
  BLEND_YOOCHOOSE("blend-yoochoose");

  /** Compared where new items are asked for, unless others are named. */
  public static final List<String> NEW_ITEMS =
      List.of("dolmen", "sasrec-content", "content-knn", "category-popular");

  /** Compared where sets of items are asked for, unless others are named. */
  public static final List<String> ITEM_SETS =
      List.of("dolmen", "sasrec-content", "content-knn", "category-popular", "popular");

  /** Compared unless others are named. */
  public static final List<String> USUAL =
      List.of("dolmen", "popular", "co-occurrence", "vmis-knn", "blend");

  /** Dolmen with one part changed. */
  public static final List<ModelKind> ABLATIONS =
      Arrays.stream(values())
          .filter(k -> k.compareTo(DOLMEN) > 0 && k.compareTo(SASREC) < 0)
          .toList();

  private final String title;

  /** One that serves, by the name that it has there. */
  ModelKind(RankerKind ranker) {
    this(ranker.label());
  }

  ModelKind(String title) {
    this.title = title;
  }

  private static SessionIndex index() {
    return new SessionIndex(SessionIndexOptions.defaults());
  }

  /** What it is called. */
  public String title() {
    return title;
  }

  /** Whether it is the product with one part changed, which is compared with the product alone. */
  public boolean isAblation() {
    return ABLATIONS.contains(this);
  }

  /** Whether it is the product, or made of it. */
  public boolean isEngine() {
    return compareTo(SASREC_CONTENT) <= 0;
  }

  /** Whether figures depend on a seed. */
  public boolean seeded() {
    return isEngine() || this == GRU4REC;
  }

  /** Times that it learns the history. */
  public int passes(EvalOptions options) {
    return switch (this) {
      case SASREC, SASREC_CONTENT, GRU4REC -> options.networkPasses();
      case ANOTHER_PASS -> options.passes() + 1;
      default -> isEngine() ? options.passes() : 1;
    };
  }

  /** The options of one that {@link #isEngine}. */
  public EngineOptions engine(EngineOptions product) {
    return switch (this) {
      case WITHOUT_METADATA -> Variations.withoutMetadata(product);
      case WITHOUT_IDS -> Variations.withoutIds(product);
      case WITHOUT_SIGNALS -> Variations.withoutSignals(product);
      case WITHOUT_POPULARITY -> Variations.withoutPopularity(product);
      case WITHOUT_LOG_Q -> Variations.withoutLogQ(product);
      case WITH_CATEGORY_TASKS -> Variations.withCategoryTasks(product);
      case WITHOUT_CATEGORY_TASKS -> Variations.withoutCategoryTasks(product);
      case POOLING_MEAN -> Variations.poolingMean(product);
      case POOLING_LAST -> Variations.poolingLast(product);
      case SASREC -> Variations.sasrec(product);
      case SASREC_CONTENT -> Variations.sasrecContent(product);
      default -> product;
    };
  }

  /**
   * Why there is nothing to see of it, or null.
   *
   * @param stream whether a stream is evaluated, which is learned once
   */
  public @Nullable String pointless(EngineOptions product, boolean stream) {
    return switch (this) {
      case NIGHTLY -> stream ? null : "a model for the protocol stream";
      case ANOTHER_PASS -> stream ? "a model for history: a stream is learned once" : null;
      case DOLMEN, HASHED -> null;
      default ->
          isEngine() && engine(product).equals(product)
              ? "a model that differs from dolmen, which it does not here"
              : null;
    };
  }

  /** A new one that knows what the items' metadata says; null for one that does not read it. */
  public @Nullable OnlineRecommender contentBaseline(VisibleData data, Schema schema) {
    ItemWords words = new ItemWords(schema);
    return switch (this) {
      case CONTENT_KNN ->
          new ContentNeighborsRecommender(data.items().stream().map(words::of).toList());
      case CATEGORY_POPULAR ->
          new CategoryPopularityRecommender(
              data.items().stream().map(words::category).toList(), PopularityOptions.recent());
      default -> null;
    };
  }

  /** A new one that has learned nothing; null for one that is made otherwise. */
  public @Nullable OnlineRecommender baseline() {
    return switch (this) {
      case POPULAR -> new PopularityRecommender(PopularityOptions.global());
      case POPULAR_OF_LATE -> new PopularityRecommender(PopularityOptions.recent());
      case POPULAR_IN_SESSION -> new SessionPopularityRecommender(PopularityOptions.global());
      case CO_OCCURRENCE -> new CoOccurrenceRecommender(CoOccurrenceOptions.defaults());
      case SKNN -> new NeighborRecommender(index(), NeighborFormula.sknn());
      case V_SKNN -> new NeighborRecommender(index(), NeighborFormula.vsknn());
      case VMIS_KNN -> new NeighborRecommender(index(), NeighborFormula.vmisknn());
      case BLEND -> new BlendRecommender(BlendOptions.defaults());
      case BLEND_DIGINETICA -> new BlendRecommender(TunedOptions.diginetica());
      case BLEND_YOOCHOOSE -> new BlendRecommender(TunedOptions.yoochoose());
      default -> null;
    };
  }

  /** Names of all. */
  public static List<String> titles() {
    return Arrays.stream(values()).map(ModelKind::title).toList();
  }

  /** The one of a name; null if there is none. */
  public static @Nullable ModelKind of(String title) {
    return Arrays.stream(values()).filter(k -> k.title.equals(title)).findFirst().orElse(null);
  }
}
