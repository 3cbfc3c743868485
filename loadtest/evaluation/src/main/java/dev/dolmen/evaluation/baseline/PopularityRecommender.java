package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.FadingCounts;
import dev.dolmen.trainer.baseline.ForwardDecay;
import dev.dolmen.trainer.baseline.HalfLife;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import dev.dolmen.trainer.state.Bounds;

/**
 * The most clicked items, whatever the session: POP of Hidasi et al., "Session-based
 * Recommendations with Recurrent Neural Networks", ICLR 2016, section 4; with a half-life those
 * clicked most recently. A score is the number of clicks, up to a factor that all items share. A
 * prediction costs as much as there are items.
 */
public final class PopularityRecommender implements OnlineRecommender {
  private final String name;
  private final PopularityOptions options;
  private final ForwardDecay decay;
  private final FadingCounts counts;

  public PopularityRecommender(PopularityOptions options) {
    this.options = options;
    name = options.halfLife().unit() == HalfLife.Unit.NEVER ? "popular" : "popular-of-late";
    decay = new ForwardDecay(options.halfLife());
    counts = new FadingCounts(decay);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void learn(Click click) {
    Bounds.check("item", click.item(), 0, options.maxItems() - 1L);
    decay.next(click.timeSec());
    counts.add(click.item(), 1);
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    for (int item = 0; item < counts.size(); item++) {
      float count = counts.stored(item);
      if (count > 0) {
        scores.add(item, count);
      }
    }
  }
}
