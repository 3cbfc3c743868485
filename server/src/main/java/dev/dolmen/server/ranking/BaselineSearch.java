package dev.dolmen.server.ranking;

import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.TopK;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.session.SessionSteps;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the best items where the model does not rank: what a baseline has evidence for, then the
 * items clicked most recently, then the newest ones. One thread has one.
 */
final class BaselineSearch {
  /** Added to the scores of what comes behind what a baseline has found. */
  static final float BEHIND = -2;

  private final LiveState live;
  private final ItemIndex index;
  private final RankerReader reader;

  /**
   * Which items may be in an answer.
   *
   * @param wanted only these; null for all
   * @param filter that they pass
   * @param excluded not these; what is found is added
   * @param caller asked again and again while items are looked at; what it throws ends the search
   */
  record Eligible(
      @Nullable IntHashSet wanted, ItemFilter filter, IntHashSet excluded, Caller caller) {}

  BaselineSearch(LiveState live, RankerReader reader) {
    this.live = live;
    this.reader = reader;
    index = new ItemIndex(live.vectors(), live.catalog());
  }

  /**
   * Keeps in {@code top} what a baseline has evidence for, by its scores.
   *
   * @param eventTimeSec when it is asked
   * @return how many it kept
   */
  int addFound(
      RankerKind ranker,
      String sessionId,
      SessionSteps steps,
      long eventTimeSec,
      Eligible eligible,
      TopK top) {
    reader.begin(sessionId);
    for (int i = 0; i < steps.length(); i++) {
      if (steps.item(i) >= 0) {
        reader.add(steps.item(i), steps.timeMs(i));
      }
    }
    eligible.caller.checkWaiting();
    int n = reader.rank(ranker, eventTimeSec);
    for (int i = 0; i < n; i++) {
      eligible.caller.checkEvery(i);
      int item = reader.item(i);
      if (top.wouldKeep(reader.score(i), item) && accepts(item, eligible)) {
        top.keep(reader.score(i), item);
      }
    }
    for (int i = 0; i < top.size(); i++) {
      eligible.excluded.add(top.index(i));
    }
    return top.size();
  }

  /**
   * Fills {@code top} up with the items clicked most recently, then the newest. The score falls
   * with the rank, from 1 where there is nothing to compare it with.
   *
   * @param k items that {@code top} takes
   * @param behind whether baselines have found something: its scores are above these
   * @return how many there are without the newest
   */
  int fillUp(int k, boolean behind, Eligible eligible, TopK top) {
    float offset = behind ? BEHIND : 0;
    int[] popular = live.popular();
    int next = top.size();
    for (int i = 0; i < popular.length && next < k; i++) {
      eligible.caller.checkEvery(i);
      next += offer(popular[i], offset + 1f / (1 + next), eligible, top);
    }
    int popularEnd = next;
    int limit = live.catalog().indexLimit();
    for (int i = index.below(limit, eligible.filter); i >= 0 && next < k; ) {
      eligible.caller.checkEvery(i);
      next += offer(i, offset + 1f / (1 + next), eligible, top);
      i = index.below(i, eligible.filter);
    }
    return popularEnd;
  }

  private int offer(int item, float score, Eligible eligible, TopK top) {
    if (!accepts(item, eligible)) {
      return 0;
    }
    top.keep(score, item);
    eligible.excluded.add(item);
    return 1;
  }

  private boolean accepts(int item, Eligible eligible) {
    return (eligible.wanted == null || eligible.wanted.contains(item))
        && index.accepts(item, eligible.filter, eligible.excluded);
  }
}
