package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.BlendRecommender;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceRecommender;
import dev.dolmen.trainer.baseline.NeighborFormula;
import dev.dolmen.trainer.baseline.NeighborRecommender;
import dev.dolmen.trainer.baseline.ServedRecommender;
import dev.dolmen.trainer.baseline.SessionIndex;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import java.util.Locale;

/** What can answer a request. */
public enum RankerKind {
  /** The model. */
  DOLMEN,
  /**
   * The items with the most recent clicks, which the trainer counts in any case; then the newest.
   */
  POPULARITY,
  /** {@link CoOccurrenceRecommender}. */
  CO_OCCURRENCE,
  /** {@link NeighborFormula#sknn}. */
  SKNN,
  /** {@link NeighborFormula#vsknn}. */
  V_SKNN,
  /** {@link NeighborFormula#vmisknn}. */
  VMIS_KNN,
  /** {@link BlendRecommender}. */
  BLEND;

  /** Numbers of items are given by {@link ItemNumbers}, which has the bound. */
  private static final int MAX_ITEMS = Integer.MAX_VALUE - 8;

  /** How it is called everywhere: in configuration, answers, metrics and the evaluation. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it has to be told of clicks: model and popularity are kept up in any case. */
  public boolean isTaught() {
    return this != DOLMEN && this != POPULARITY;
  }

  /** A new one, that has learned nothing. */
  ServedRecommender create(RankerOptions options) {
    SessionIndexOptions d = SessionIndexOptions.defaults();
    SessionIndexOptions index =
        new SessionIndexOptions(
            options.maxSessions(), d.sessionItems(), d.sessionsPerItem(), MAX_ITEMS);
    return switch (this) {
      case CO_OCCURRENCE -> new CoOccurrenceRecommender(coOccurrence(options));
      case SKNN -> new NeighborRecommender(new SessionIndex(index), NeighborFormula.sknn());
      case V_SKNN -> new NeighborRecommender(new SessionIndex(index), NeighborFormula.vsknn());
      case VMIS_KNN -> new NeighborRecommender(new SessionIndex(index), NeighborFormula.vmisknn());
      case BLEND -> new BlendRecommender(blend(index, options));
      case DOLMEN, POPULARITY ->
          throw new IllegalArgumentException(label() + " is not taught, expected a baseline");
    };
  }

  private static CoOccurrenceOptions coOccurrence(RankerOptions options) {
    CoOccurrenceOptions d = CoOccurrenceOptions.defaults();
    return CoOccurrenceOptions.builder()
        .maxSessions(Math.min(d.maxSessions(), options.maxSessions()))
        .neighbors(options.neighbors())
        .maxItems(MAX_ITEMS)
        .build();
  }

  private static BlendOptions blend(SessionIndexOptions index, RankerOptions options) {
    return BlendOptions.builder().index(index).coOccurrence(coOccurrence(options)).build();
  }
}
