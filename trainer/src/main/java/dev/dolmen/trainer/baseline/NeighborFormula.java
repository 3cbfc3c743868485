package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How past sessions that are like a prefix are found, and what they say for their items. A neighbor
 * n adds to each of its items i
 *
 * <p>similarity(n) · matching(latest item in common) · (idfBase + idfWeight · ln(sessions /
 * sessions with i))
 *
 * <p>where similarity is the sum of the weights of the items in common. Sessions grow while they
 * are in the index, so an item's latest sessions are those that clicked it last.
 *
 * @param name what it is called in tables
 * @param reach clicks of the prefix that are looked at: the last ones; bounds a question's cost; 1
 *     to 1,000
 * @param sessionsPerItem sessions taken from an item's list: the latest; 1 to 1,000,000, the index
 *     having its own bound
 * @param sample sessions that are compared: of all found those that clicked last; 1 to 1,000,000
 * @param neighbors sessions that score: the most similar; of equal ones those that clicked last; 1
 *     to 1,000,000
 * @param similarity weight of an item that both sessions have, by its place in the prefix
 * @param cosine whether similarity is divided by √(distinct items of the one · of the other)
 * @param matching weight of a neighbor by the place of the latest item of the prefix that it has
 * @param idfBase 0 to 1,000
 * @param idfWeight 0 to 1,000; above 0, rare items count more
 */
public record NeighborFormula(
    String name,
    int reach,
    int sessionsPerItem,
    int sample,
    int neighbors,
    PositionWeight similarity,
    boolean cosine,
    PositionWeight matching,
    double idfBase,
    double idfWeight) {
  private static final int MOST = 1_000_000;

  public NeighborFormula {
    Bounds.check("neighbors.reach", reach, 1, 1_000);
    Bounds.check("neighbors.sessionsPerItem", sessionsPerItem, 1, MOST);
    Bounds.check("neighbors.sample", sample, 1, MOST);
    Bounds.check("neighbors.neighbors", neighbors, 1, MOST);
    Bounds.check("neighbors.idfBase", idfBase, 0, 1_000);
    Bounds.check("neighbors.idfWeight", idfWeight, 0, 1_000);
  }

  /**
   * SKNN: Jannach and Ludewig, "When Recurrent Neural Networks meet the Neighborhood for
   * Session-Based Recommendation", RecSys 2017, section 3. Similarity is the cosine of the sets of
   * items; a neighbor adds its similarity to each of its items. Neighbors come from those sessions
   * with an item in common that clicked last ("neighborhood sampling", the same section): 500 of
   * 1,000, for the last 50 clicks.
   */
  public static NeighborFormula sknn() {
    return new Builder("sknn")
        .sessionsPerItem(MOST)
        .sample(1_000)
        .neighbors(500)
        .similarity(PositionWeight.SAME)
        .cosine(true)
        .matching(PositionWeight.SAME)
        .idf(1, 0)
        .build();
  }

  /**
   * V-SkNN: Ludewig and Jannach, "Evaluation of Session-based Recommendation Algorithms", UMUAI
   * 2018, the section on nearest neighbours (vector multiplication session-based kNN), with the idf
   * weights and the decay by the latest item in common of Ludewig et al., "Performance Comparison
   * of Neural and Non-Neural Approaches to Session-based Recommendation", RecSys 2019. That
   * similarity is divided by the number of the prefix's items is left out, as all neighbors share
   * it. 200 neighbors of a sample of 2,000, for the last 50 clicks; shares of the length, linear by
   * the item in common, idf of 1.
   */
  public static NeighborFormula vsknn() {
    return new Builder("v-sknn")
        .sessionsPerItem(MOST)
        .sample(2_000)
        .neighbors(200)
        .similarity(PositionWeight.SHARE)
        .matching(PositionWeight.LINEAR)
        .idf(1, 1)
        .build();
  }

  /**
   * VMIS-kNN: Kersbergen, Sprangers and Schelter, "Serenade: Low-Latency Session-Based
   * Recommendation in e-Commerce at Scale", SIGMOD 2022, section 3. Of each item of the prefix the
   * m most recent sessions are looked at, and of these together the m most recent are kept; the k
   * most similar score. An item that is in every session has the idf 0, as in the paper. m = 500, k
   * = 100, the last 50 clicks, shares of the length, linear by the item in common.
   */
  public static NeighborFormula vmisknn() {
    return new Builder("vmis-knn")
        .recent(500)
        .neighbors(100)
        .similarity(PositionWeight.SHARE)
        .matching(PositionWeight.LINEAR)
        .idf(0, 1)
        .build();
  }

  /** The same, to change some of it. */
  public Builder change() {
    return new Builder(name)
        .reach(reach)
        .sessionsPerItem(sessionsPerItem)
        .sample(sample)
        .neighbors(neighbors)
        .similarity(similarity)
        .cosine(cosine)
        .matching(matching)
        .idf(idfBase, idfWeight);
  }

  /** Names what is set; what each is stands with the record. */
  public static final class Builder {
    private final String name;
    private int reach = 50;
    private int sessionsPerItem = MOST;
    private int sample = MOST;
    private int neighbors = MOST;
    private PositionWeight similarity = PositionWeight.SAME;
    private boolean cosine;
    private PositionWeight matching = PositionWeight.SAME;
    private double idfBase = 1;
    private double idfWeight;

    private Builder(String name) {
      this.name = name;
    }

    public Builder reach(int clicks) {
      reach = clicks;
      return this;
    }

    public Builder sessionsPerItem(int sessions) {
      sessionsPerItem = sessions;
      return this;
    }

    public Builder sample(int sessions) {
      sample = sessions;
      return this;
    }

    /** The m of VMIS-kNN: so many of an item, and so many of all. */
    public Builder recent(int sessions) {
      return sessionsPerItem(sessions).sample(sessions);
    }

    public Builder neighbors(int sessions) {
      neighbors = sessions;
      return this;
    }

    public Builder similarity(PositionWeight weight) {
      similarity = weight;
      return this;
    }

    public Builder cosine(boolean divides) {
      cosine = divides;
      return this;
    }

    public Builder matching(PositionWeight weight) {
      matching = weight;
      return this;
    }

    public Builder idf(double base, double weight) {
      idfBase = base;
      idfWeight = weight;
      return this;
    }

    /**
     * Makes it.
     *
     * @throws IllegalArgumentException if something is out of its bounds
     */
    public NeighborFormula build() {
      return new NeighborFormula(
          name,
          reach,
          sessionsPerItem,
          sample,
          neighbors,
          similarity,
          cosine,
          matching,
          idfBase,
          idfWeight);
    }
  }
}
