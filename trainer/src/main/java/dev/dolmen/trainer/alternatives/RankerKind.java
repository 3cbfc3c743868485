package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.BlendRecommender;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceRecommender;
import dev.dolmen.trainer.baseline.ServedRecommender;
import dev.dolmen.trainer.baseline.SessionIndex;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import dev.dolmen.trainer.baseline.SessionKnnOptions;
import dev.dolmen.trainer.baseline.SessionKnnRecommender;
import dev.dolmen.trainer.baseline.VmisKnnOptions;
import dev.dolmen.trainer.baseline.VmisKnnRecommender;
import dev.dolmen.trainer.baseline.VsKnnOptions;
import dev.dolmen.trainer.baseline.VsKnnRecommender;
import java.util.Locale;

/** What can answer a request. */
public enum RankerKind {
  /** The model. */
  DOLMEN,
  /** The items clicked most of late, which the trainer counts in any case; then the newest. */
  POPULARITY,
  /** {@link CoOccurrenceRecommender}. */
  CO_OCCURRENCE,
  /** {@link SessionKnnRecommender}. */
  SKNN,
  /** {@link VsKnnRecommender}. */
  V_SKNN,
  /** {@link VmisKnnRecommender}. */
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
      case SKNN -> new SessionKnnRecommender(new SessionIndex(index), SessionKnnOptions.defaults());
      case V_SKNN -> new VsKnnRecommender(new SessionIndex(index), VsKnnOptions.defaults());
      case VMIS_KNN -> new VmisKnnRecommender(new SessionIndex(index), VmisKnnOptions.defaults());
      case BLEND -> new BlendRecommender(blend(index, options));
      case DOLMEN, POPULARITY ->
          throw new IllegalArgumentException(label() + " is not taught, expected a baseline");
    };
  }

  private static CoOccurrenceOptions coOccurrence(RankerOptions options) {
    CoOccurrenceOptions d = CoOccurrenceOptions.defaults();
    return new CoOccurrenceOptions(
        Math.min(d.maxSessions(), options.maxSessions()),
        d.reach(),
        options.neighbors(),
        MAX_ITEMS,
        d.learnDistance(),
        d.scoreDistance(),
        d.backward(),
        d.halfLife(),
        d.targetExponent(),
        d.sourceExponent(),
        d.smoothing());
  }

  private static BlendOptions blend(SessionIndexOptions index, RankerOptions options) {
    BlendOptions d = BlendOptions.defaults();
    return new BlendOptions(
        index,
        d.neighbors(),
        coOccurrence(options),
        d.neighborWeight(),
        d.coOccurrenceWeight(),
        d.lastWeight(),
        d.repeatWeight(),
        d.repeatDistance());
  }
}
