package dev.dolmen.trainer.baseline;

/**
 * Items of the sessions that are most like this one, SKNN: Jannach and Ludewig, "When Recurrent
 * Neural Networks meet the Neighborhood for Session-Based Recommendation", RecSys 2017, section 3.
 * Similarity is the cosine of the sets of items; a neighbour adds its similarity to each of its
 * items. Neighbours come from those sessions with an item in common that clicked last
 * ("neighborhood sampling", the same section).
 */
public final class SessionKnnRecommender implements ServedRecommender {
  private final SessionIndex index;
  private final NeighborFormula formula;
  private final ItemScorer own;
  private long learned;

  /**
   * Sets it up.
   *
   * @param index may be shared with others that are told of the same clicks
   */
  public SessionKnnRecommender(SessionIndex index, SessionKnnOptions options) {
    this.index = index;
    learned = index.clicks();
    formula =
        new NeighborFormula(
            options.reach(),
            1_000_000,
            options.sample(),
            options.neighbors(),
            PositionWeight.SAME,
            true,
            PositionWeight.SAME,
            1,
            0);
    own = scorer();
  }

  @Override
  public String name() {
    return "sknn";
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
