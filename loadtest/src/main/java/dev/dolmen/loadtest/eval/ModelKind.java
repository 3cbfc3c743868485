package dev.dolmen.loadtest.eval;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.BlendRecommender;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceRecommender;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.PopularityOptions;
import dev.dolmen.trainer.baseline.PopularityRecommender;
import dev.dolmen.trainer.baseline.SessionIndex;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import dev.dolmen.trainer.baseline.SessionKnnOptions;
import dev.dolmen.trainer.baseline.SessionKnnRecommender;
import dev.dolmen.trainer.baseline.SessionPopularityRecommender;
import dev.dolmen.trainer.baseline.TunedOptions;
import dev.dolmen.trainer.baseline.VmisKnnOptions;
import dev.dolmen.trainer.baseline.VmisKnnRecommender;
import dev.dolmen.trainer.baseline.VsKnnOptions;
import dev.dolmen.trainer.baseline.VsKnnRecommender;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models that can be compared. */
enum ModelKind {
  DOLMEN("dolmen"),
  POPULAR("popular"),
  POPULAR_OF_LATE("popular-of-late"),
  POPULAR_IN_SESSION("popular-in-session"),
  CO_OCCURRENCE("co-occurrence"),
  SKNN("sknn"),
  V_SKNN("v-sknn"),
  VMIS_KNN("vmis-knn"),
  BLEND("blend"),
  BLEND_DIGINETICA("blend-diginetica"),
  BLEND_YOOCHOOSE("blend-yoochoose");

  /** Compared unless others are named. */
  static final List<String> USUAL =
      List.of("dolmen", "popular", "co-occurrence", "vmis-knn", "blend");

  private final String title;

  ModelKind(String title) {
    this.title = title;
  }

  private static SessionIndex index() {
    return new SessionIndex(SessionIndexOptions.defaults());
  }

  /** What it is called. */
  String title() {
    return title;
  }

  /** A new one that has learned nothing; null for the product itself. */
  @Nullable OnlineRecommender baseline() {
    return switch (this) {
      case DOLMEN -> null;
      case POPULAR -> new PopularityRecommender(PopularityOptions.global());
      case POPULAR_OF_LATE -> new PopularityRecommender(PopularityOptions.recent());
      case POPULAR_IN_SESSION -> new SessionPopularityRecommender(PopularityOptions.global());
      case CO_OCCURRENCE -> new CoOccurrenceRecommender(CoOccurrenceOptions.defaults());
      case SKNN -> new SessionKnnRecommender(index(), SessionKnnOptions.defaults());
      case V_SKNN -> new VsKnnRecommender(index(), VsKnnOptions.defaults());
      case VMIS_KNN -> new VmisKnnRecommender(index(), VmisKnnOptions.defaults());
      case BLEND -> new BlendRecommender(BlendOptions.defaults());
      case BLEND_DIGINETICA -> new BlendRecommender(TunedOptions.diginetica());
      case BLEND_YOOCHOOSE -> new BlendRecommender(TunedOptions.yoochoose());
    };
  }

  /** Names of all. */
  static List<String> titles() {
    return Arrays.stream(values()).map(ModelKind::title).toList();
  }

  /** The one of a name; null if there is none. */
  static @Nullable ModelKind of(String title) {
    return Arrays.stream(values()).filter(k -> k.title.equals(title)).findFirst().orElse(null);
  }
}
