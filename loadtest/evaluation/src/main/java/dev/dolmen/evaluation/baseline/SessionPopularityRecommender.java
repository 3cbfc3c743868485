package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.FadingCounts;
import dev.dolmen.trainer.baseline.ForwardDecay;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import dev.dolmen.trainer.state.Bounds;

/**
 * The items that the session itself has clicked most, then the most popular ones: S-POP of Hidasi
 * et al., "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016, section 4,
 * with its ties broken by popularity. A score is the number of clicks in the session, plus half of
 * the item's popularity as a share of the most popular one's.
 */
public final class SessionPopularityRecommender implements OnlineRecommender {
  private final PopularityOptions options;
  private final ForwardDecay decay;
  private final FadingCounts counts;

  public SessionPopularityRecommender(PopularityOptions options) {
    this.options = options;
    decay = new ForwardDecay(options.halfLife());
    counts = new FadingCounts(decay);
  }

  @Override
  public String name() {
    return "popular-in-session";
  }

  @Override
  public void learn(Click click) {
    Bounds.check("item", click.item(), 0, options.maxItems() - 1L);
    decay.next(click.timeSec());
    counts.add(click.item(), 1);
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    float max = 0;
    for (int item = 0; item < counts.size(); item++) {
      max = Math.max(max, counts.stored(item));
    }
    for (int item = 0; item < counts.size(); item++) {
      float count = counts.stored(item);
      if (count > 0) {
        scores.add(item, 0.5f * (count / max));
      }
    }
    for (int place = 0; place < prefix.size(); place++) {
      if (counts.stored(prefix.item(place)) > 0) {
        scores.add(prefix.item(place), 1);
      }
    }
  }
}
