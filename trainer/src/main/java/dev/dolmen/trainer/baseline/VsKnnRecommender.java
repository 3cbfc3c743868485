package dev.dolmen.trainer.baseline;

/**
 * Items of the sessions that share this one's latest items, V-SkNN: Ludewig and Jannach,
 * "Evaluation of Session-based Recommendation Algorithms", UMUAI 2018, the section on nearest
 * neighbours (vector multiplication session-based kNN), with the idf weights and the decay by the
 * latest item in common of Ludewig et al., "Performance Comparison of Neural and Non-Neural
 * Approaches to Session-based Recommendation", RecSys 2019. Similarity is the sum of the position
 * weights of the items in common, over the number of the prefix's items, which all neighbours share
 * and is left out. A neighbour n adds to each of its items i
 *
 * <p>similarity(n) · matching(latest item in common) · (1 + idf · ln(sessions / sessions with i))
 */
public final class VsKnnRecommender implements ServedRecommender {
  private final SessionIndex index;
  private final NeighborFormula formula;
  private final ItemScorer own;
  private long learned;

  /**
   * Sets it up.
   *
   * @param index may be shared with others that are told of the same clicks
   */
  public VsKnnRecommender(SessionIndex index, VsKnnOptions options) {
    this.index = index;
    learned = index.clicks();
    formula =
        new NeighborFormula(
            options.reach(),
            1_000_000,
            options.sample(),
            options.neighbors(),
            options.similarity(),
            false,
            options.matching(),
            1,
            options.idf());
    own = scorer();
  }

  @Override
  public String name() {
    return "v-sknn";
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
    SessionNeighbors neighbors = new SessionNeighbors(index, formula);
    return (prefix, nowSec, scores) -> neighbors.score(prefix, scores);
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
