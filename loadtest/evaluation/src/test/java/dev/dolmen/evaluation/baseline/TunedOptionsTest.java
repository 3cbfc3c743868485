package dev.dolmen.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.BlendRecommender;
import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceRecommender;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.NeighborFormula;
import dev.dolmen.trainer.baseline.NeighborRecommender;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionIndex;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** On visits that stay with one of 40 kinds of items, recommenders must find the kind. */
class TunedOptionsTest {
  private static final int KINDS = 40;
  private static final int ITEMS_OF_A_KIND = 10;

  private static List<Click> visits(int count) {
    SplittableRandom random = new SplittableRandom(12);
    List<Click> clicks = new ArrayList<>();
    for (int session = 0; session < count; session++) {
      int kind = random.nextInt(KINDS);
      for (int i = 0; i < 4; i++) {
        int item = kind * ITEMS_OF_A_KIND + random.nextInt(ITEMS_OF_A_KIND);
        clicks.add(new Click(session, item, session));
      }
    }
    return clicks;
  }

  /** Share of predictions, each made before its click is learned, that rank it among ten. */
  private static double recallAt10(OnlineRecommender recommender, List<Click> clicks) {
    ItemScores scores = new ItemScores();
    SessionPrefix prefix = new SessionPrefix(10);
    int hits = 0;
    int predictions = 0;
    for (int n = 0; n < clicks.size(); n++) {
      Click click = clicks.get(n);
      if (n == 0 || clicks.get(n - 1).session() != click.session()) {
        prefix.start(click.session());
      } else if (n > clicks.size() / 2) {
        scores.reset(KINDS * ITEMS_OF_A_KIND);
        recommender.score(prefix, click.timeSec(), scores);
        hits += scores.rankOf(click.item()) <= ITEMS_OF_A_KIND ? 1 : 0;
        predictions++;
      }
      prefix.add(click.item(), click.timeSec());
      recommender.learn(click);
    }
    return (double) hits / predictions;
  }

  @Test
  void everyRecommenderThatLooksAtTheSessionFindsItsKind() {
    List<Click> clicks = visits(4_000);
    SessionIndexOptions index = SessionIndexOptions.defaults();
    List<OnlineRecommender> recommenders =
        List.of(
            new CoOccurrenceRecommender(CoOccurrenceOptions.defaults()),
            new NeighborRecommender(new SessionIndex(index), NeighborFormula.sknn()),
            new NeighborRecommender(new SessionIndex(index), NeighborFormula.vsknn()),
            new NeighborRecommender(new SessionIndex(index), NeighborFormula.vmisknn()),
            new BlendRecommender(BlendOptions.defaults()),
            new BlendRecommender(TunedOptions.diginetica()),
            new BlendRecommender(TunedOptions.yoochoose()));
    for (OnlineRecommender recommender : recommenders) {
      assertThat(recallAt10(recommender, clicks)).as(recommender.name()).isGreaterThan(0.9);
    }
    OnlineRecommender popular = new PopularityRecommender(PopularityOptions.global());
    assertThat(recallAt10(popular, clicks)).as("one kind in 40").isLessThan(0.1);
  }
}
