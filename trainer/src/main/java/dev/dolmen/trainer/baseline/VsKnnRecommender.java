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
public final class VsKnnRecommender implements OnlineRecommender {
  private final SessionIndex index;
  private final SessionNeighbors neighbors;
  private long learned;

  /**
   * Sets it up.
   *
   * @param index may be shared with others that are told of the same clicks
   */
  public VsKnnRecommender(SessionIndex index, VsKnnOptions options) {
    this.index = index;
    learned = index.clicks();
    neighbors =
        new SessionNeighbors(
            index,
            new NeighborFormula(
                options.reach(),
                1_000_000,
                options.sample(),
                options.neighbors(),
                options.similarity(),
                false,
                options.matching(),
                1,
                options.idf()));
  }

  @Override
  public String name() {
    return "vsknn";
  }

  @Override
  public void learn(Click click) {
    index.learnOnce(++learned, click);
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    neighbors.score(prefix, scores);
  }
}
