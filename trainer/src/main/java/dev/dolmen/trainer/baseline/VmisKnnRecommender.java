package dev.dolmen.trainer.baseline;

/**
 * VMIS-kNN: Kersbergen, Sprangers and Schelter, "Serenade: Low-Latency Session-Based Recommendation
 * in e-Commerce at Scale", SIGMOD 2022, section 3. Of each item of the prefix the m most recent
 * sessions are looked at, and of these together the m most recent are kept; the k with the largest
 * similarity r, the sum of pi over the items in common, add to each of their items i
 *
 * <p>lambda(latest item in common) · r · ln(sessions / sessions with i)
 *
 * <p>An item that is in every session has the logarithm 0, as in the paper. Here sessions grow
 * while they are in the index, so an item's sessions are the m that clicked it last.
 */
public final class VmisKnnRecommender implements ServedRecommender {
  private final SessionIndex index;
  private final NeighborFormula formula;
  private final ItemScorer own;
  private long learned;

  /**
   * Sets it up.
   *
   * @param index may be shared with others that are told of the same clicks
   */
  public VmisKnnRecommender(SessionIndex index, VmisKnnOptions options) {
    this.index = index;
    learned = index.clicks();
    formula =
        new NeighborFormula(
            options.reach(),
            options.recent(),
            options.recent(),
            options.neighbors(),
            options.similarity(),
            false,
            options.matching(),
            0,
            1);
    own = scorer();
  }

  @Override
  public String name() {
    return "vmis-knn";
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
