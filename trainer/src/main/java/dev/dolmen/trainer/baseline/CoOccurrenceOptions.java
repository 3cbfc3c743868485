package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How clicks become co-occurrences, and these scores.
 *
 * @param maxSessions sessions whose last clicks are remembered; the one that began first is
 *     forgotten then, and what comes of it later begins anew. 1 to 100,000,000; about 30 + 4 {@code
 *     reach} bytes each
 * @param reach clicks of a session that are remembered, and clicks of a prefix that are looked at:
 *     the last ones; 1 to 1,000
 * @param neighbors other items that an item remembers, 1 to 65,536; 8 bytes each. A newcomer takes
 *     the place of the one of the least weight as of now, and what that had is lost
 * @param maxItems a click on an item with this number or a larger one is refused
 * @param learnDistance p: two clicks that are d clicks apart count 1 / d^p; 0 to 8
 * @param scoreDistance q: the click that is d-th from the end of the prefix, from 1, has its
 *     co-occurrences weighed by 1 / d^q; 0 to 8
 * @param backward what a co-occurrence counts for the later item, whose neighbour the earlier one
 *     is; 0 to 1, 1 making it symmetric
 * @param halfLife after which a co-occurrence and a click count half
 * @param targetExponent alpha: a score is divided by (clicks of the scored item)^alpha; 0 to 1
 * @param sourceExponent beta: co-occurrences of an item are divided by (sum of them all + {@code
 *     smoothing})^beta; 0 counts them, 1 makes them shares
 * @param smoothing co-occurrences that an item is taken to have had with no item; 0 to 1,000,000
 */
public record CoOccurrenceOptions(
    int maxSessions,
    int reach,
    int neighbors,
    int maxItems,
    double learnDistance,
    double scoreDistance,
    double backward,
    HalfLife halfLife,
    double targetExponent,
    double sourceExponent,
    double smoothing) {
  public CoOccurrenceOptions {
    Bounds.check("coOccurrence.maxSessions", maxSessions, 1, 100_000_000);
    Bounds.check("coOccurrence.reach", reach, 1, 1_000);
    Bounds.check("coOccurrence.neighbors", neighbors, 1, 65_536);
    Bounds.check("coOccurrence.maxItems", maxItems, 1, Integer.MAX_VALUE - 8L);
    Bounds.check("coOccurrence.learnDistance", learnDistance, 0, 8);
    Bounds.check("coOccurrence.scoreDistance", scoreDistance, 0, 8);
    Bounds.check("coOccurrence.backward", backward, 0, 1);
    Bounds.check("coOccurrence.targetExponent", targetExponent, 0, 1);
    Bounds.check("coOccurrence.sourceExponent", sourceExponent, 0, 1);
    Bounds.check("coOccurrence.smoothing", smoothing, 0, 1_000_000);
  }

  /**
   * 100,000 sessions, their last 50 clicks, 256 neighbours an item, 10 million items; 1 / d both
   * ways; backward a third; half after a million clicks; alpha 0.15, beta 0.8, with 1 for none:
   * between the options that were best on two data sets.
   */
  public static CoOccurrenceOptions defaults() {
    return builder().build();
  }

  /** The defaults, to change some of them. */
  public static Builder builder() {
    return new Builder();
  }

  /** Names what is set; what each is stands with the record. */
  public static final class Builder {
    private int maxSessions = 100_000;
    private int reach = 50;
    private int neighbors = 256;
    private int maxItems = 10_000_000;
    private double learnDistance = 1;
    private double scoreDistance = 1;
    private double backward = 0.33;
    private HalfLife halfLife = HalfLife.clicks(1_000_000);
    private double targetExponent = 0.15;
    private double sourceExponent = 0.8;
    private double smoothing = 1;

    private Builder() {}

    public Builder maxSessions(int sessions) {
      maxSessions = sessions;
      return this;
    }

    public Builder reach(int clicks) {
      reach = clicks;
      return this;
    }

    public Builder neighbors(int items) {
      neighbors = items;
      return this;
    }

    public Builder maxItems(int items) {
      maxItems = items;
      return this;
    }

    public Builder learnDistance(double exponent) {
      learnDistance = exponent;
      return this;
    }

    public Builder scoreDistance(double exponent) {
      scoreDistance = exponent;
      return this;
    }

    public Builder backward(double share) {
      backward = share;
      return this;
    }

    public Builder halfLife(HalfLife after) {
      halfLife = after;
      return this;
    }

    public Builder targetExponent(double alpha) {
      targetExponent = alpha;
      return this;
    }

    public Builder sourceExponent(double beta) {
      sourceExponent = beta;
      return this;
    }

    public Builder smoothing(double coOccurrences) {
      smoothing = coOccurrences;
      return this;
    }

    /**
     * Makes them.
     *
     * @throws IllegalArgumentException if something is out of its bounds
     */
    public CoOccurrenceOptions build() {
      return new CoOccurrenceOptions(
          maxSessions,
          reach,
          neighbors,
          maxItems,
          learnDistance,
          scoreDistance,
          backward,
          halfLife,
          targetExponent,
          sourceExponent,
          smoothing);
    }
  }
}
