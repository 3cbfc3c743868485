package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A baseline, which learns each click at once. Items that are not there are not ranked, even if the
 * session has clicked them.
 */
public class BaselineModel implements EvalModel {
  private static final int PREFIX_MAX = 200;

  private final OnlineRecommender recommender;
  private final BitSet items;
  private final SessionPrefix prefix = new SessionPrefix(PREFIX_MAX);
  private final ItemScores scores = new ItemScores();
  private int candidates;
  private long passes;

  /**
   * Sets it up.
   *
   * @param catalogue items that are there from the beginning
   */
  public BaselineModel(OnlineRecommender recommender, BitSet catalogue) {
    this.recommender = recommender;
    items = (BitSet) catalogue.clone();
    candidates = items.cardinality();
  }

  /** A session of another pass is another session. */
  @Override
  public void beginPass() {
    passes++;
  }

  @Override
  public void learn(EvalClick click) {
    if (!items.get(click.item())) {
      items.set(click.item());
      candidates++;
    }
    recommender.learn(new Click(session(click), click.item(), sec(click)));
  }

  @Override
  public void announce(BitSet more) {
    items.or(more);
    candidates = items.cardinality();
  }

  @Override
  public void narrow(BitSet only) {
    items.and(only);
    candidates = items.cardinality();
  }

  @Override
  public void settle() {}

  @Override
  public void ask(int number, Prediction prediction, Answers answers) {
    prefix.start(session(prediction.targetClick()));
    List<EvalClick> before = prediction.prefix();
    before.forEach(c -> prefix.add(c.item(), sec(c)));
    scores.reset(Math.max(candidates, DEPTH + 1));
    recommender.score(prefix, sec(prediction.targetClick()), scores);
    scores.retain(items);
    int target = prediction.targetClick().item();
    int rank = items.get(target) ? scores.rankOf(target) : Integer.MAX_VALUE;
    answers.answer(number, rank, scores.top(DEPTH));
  }

  @Override
  public void scoreAll(List<EvalClick> before, float[] all) {
    prefix.start(before.isEmpty() ? SessionPrefix.NO_SESSION : session(before.getLast()));
    before.forEach(c -> prefix.add(c.item(), sec(c)));
    scores.reset(candidates);
    recommender.score(prefix, before.isEmpty() ? 0 : sec(before.getLast()), scores);
    scores.retain(items);
    Arrays.fill(all, Float.NEGATIVE_INFINITY);
    for (int place = 0; place < scores.size(); place++) {
      all[scores.item(place)] = scores.score(scores.item(place));
    }
  }

  private long session(EvalClick click) {
    return passes << Integer.SIZE | click.session();
  }

  private static long sec(EvalClick click) {
    return Math.floorDiv(click.timeMs(), 1_000);
  }

  @Override
  public void close() {}
}
