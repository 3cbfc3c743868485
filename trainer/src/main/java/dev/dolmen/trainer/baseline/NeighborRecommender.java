package dev.dolmen.trainer.baseline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Items of past sessions that are like this one. What is alike, and what such a session counts, is
 * the {@link NeighborFormula}'s: SKNN, V-SkNN and VMIS-kNN differ in nothing else.
 */
public final class NeighborRecommender implements ServedRecommender {
  private final SessionIndex index;
  private final NeighborFormula formula;
  private final ItemScorer own;
  private long learned;

  /**
   * Sets it up.
   *
   * @param index may be shared with others that are told of the same clicks
   */
  public NeighborRecommender(SessionIndex index, NeighborFormula formula) {
    this.index = index;
    this.formula = formula;
    learned = index.clicks();
    own = scorer();
  }

  @Override
  public String name() {
    return formula.name();
  }

  @Override
  public void learn(Click click) {
    index.learnOnce(++learned, click);
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    own.score(prefix, nowSec, scores);
  }

  @Override
  public ItemScorer scorer() {
    NeighborSearch search = new NeighborSearch(index, formula);
    return (prefix, nowSec, scores) -> search.score(prefix, scores);
  }

  @Override
  public SequencedMap<String, ItemScorer> parts() {
    return new LinkedHashMap<>(Map.of("neighbors", scorer()));
  }

  /** Renumbers the index; nobody else may share it then. */
  @Override
  public void renumber(int[] numbers) {
    index.renumber(numbers);
  }

  @Override
  public long memoryBytes() {
    return index.memoryBytes();
  }
}
