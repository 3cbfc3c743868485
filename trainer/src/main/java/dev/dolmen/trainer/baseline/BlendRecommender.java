package dev.dolmen.trainer.baseline;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A linear blend of session neighbours, co-occurrences and the session's own items (weighted hybrid
 * of Ludewig and Jannach, "Evaluation of Session-based Recommendation Algorithms", UMUAI 2018, with
 * the reminders of Jannach, Ludewig and Lerche, "Session-based item recommendation in e-commerce",
 * UMUAI 2017, by distance). For each question the scores of a part are divided by the largest of
 * them, so that the weights mean the same whatever the prefix.
 */
public final class BlendRecommender implements ServedRecommender {
  private final BlendOptions options;
  private final NeighborRecommender neighbors;
  private final CoOccurrenceRecommender coOccurrence;
  private final ItemScorer own;

  public BlendRecommender(BlendOptions options) {
    this(options, new SessionIndex(options.index()));
  }

  /**
   * With an index that is shared with others.
   *
   * @param index told of the same clicks by all; {@link BlendOptions#index} is not looked at
   */
  public BlendRecommender(BlendOptions options, SessionIndex index) {
    this.options = options;
    neighbors = new NeighborRecommender(index, options.neighbors());
    coOccurrence = new CoOccurrenceRecommender(options.coOccurrence());
    own = scorer();
  }

  @Override
  public String name() {
    return "blend";
  }

  @Override
  public void learn(Click click) {
    neighbors.learn(click);
    coOccurrence.learn(click);
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    own.score(prefix, nowSec, scores);
  }

  @Override
  public ItemScorer scorer() {
    return new BlendScorer();
  }

  @Override
  public SequencedMap<String, ItemScorer> parts() {
    BlendScorer scorer = new BlendScorer();
    SequencedMap<String, ItemScorer> parts = new LinkedHashMap<>();
    parts.put("neighbors", scorer::addNeighbors);
    parts.put("co_occurrence", scorer::addCoOccurrences);
    parts.put("repeats", (prefix, nowSec, scores) -> addRepeats(prefix, scores));
    return parts;
  }

  /** Renumbers the index, too; nobody else may share it then. */
  @Override
  public void renumber(int[] numbers) {
    neighbors.renumber(numbers);
    coOccurrence.renumber(numbers);
  }

  @Override
  public long memoryBytes() {
    return neighbors.memoryBytes() + coOccurrence.memoryBytes();
  }

  /** Asks the parts, each with memory of its own. */
  private final class BlendScorer implements ItemScorer {
    private final ItemScorer neighborPart = neighbors.scorer();
    private final ItemScorer coOccurrencePart = coOccurrence.scorer();
    private final ItemScores part = new ItemScores();

    @Override
    public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
      addNeighbors(prefix, nowSec, scores);
      addCoOccurrences(prefix, nowSec, scores);
      addRepeats(prefix, scores);
    }

    void addNeighbors(SessionPrefix prefix, long nowSec, ItemScores scores) {
      addPart(neighborPart, options.neighborWeight(), prefix, nowSec, scores);
    }

    void addCoOccurrences(SessionPrefix prefix, long nowSec, ItemScores scores) {
      addPart(coOccurrencePart, options.coOccurrenceWeight(), prefix, nowSec, scores);
    }

    private void addPart(
        ItemScorer of, double weight, SessionPrefix prefix, long nowSec, ItemScores scores) {
      if (weight == 0) {
        return;
      }
      part.reset(0);
      of.score(prefix, nowSec, part);
      float max = part.max();
      if (max > 0) {
        float factor = (float) (weight / max);
        for (int i = 0; i < part.size(); i++) {
          int item = part.item(i);
          scores.add(item, factor * part.score(item));
        }
      }
    }
  }

  /** An item that was never learned is no candidate, even if the session brings it. */
  private void addRepeats(SessionPrefix prefix, ItemScores scores) {
    int last = prefix.size() - 1;
    for (int place = last; place >= 0; place--) {
      int item = prefix.item(place);
      if (!prefix.comesAgain(place) && coOccurrence.hasLearned(item)) {
        double weight =
            place == last
                ? options.lastWeight()
                : options.repeatWeight() * StrictMath.pow(last - place, -options.repeatDistance());
        if (weight > 0) {
          scores.add(item, (float) weight);
        }
      }
    }
  }
}
