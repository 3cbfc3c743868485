package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * What is blended, and how.
 *
 * @param index of past sessions
 * @param neighbors how these are searched
 * @param coOccurrence how co-occurrences are counted and scored
 * @param neighborWeight what the best item of the neighbours scores; 0 to 1,000
 * @param coOccurrenceWeight what the item that co-occurs most scores; 0 to 1,000
 * @param lastWeight what the last item of the session itself scores; 0 to 1,000
 * @param repeatWeight r: what another item of the session scores that is d clicks before the last
 *     one: r / d^{@code repeatDistance}; 0 to 1,000
 * @param repeatDistance see there; 0 to 8
 */
public record BlendOptions(
    SessionIndexOptions index,
    NeighborFormula neighbors,
    CoOccurrenceOptions coOccurrence,
    double neighborWeight,
    double coOccurrenceWeight,
    double lastWeight,
    double repeatWeight,
    double repeatDistance) {
  public BlendOptions {
    Bounds.check("blend.neighborWeight", neighborWeight, 0, 1_000);
    Bounds.check("blend.coOccurrenceWeight", coOccurrenceWeight, 0, 1_000);
    Bounds.check("blend.lastWeight", lastWeight, 0, 1_000);
    Bounds.check("blend.repeatWeight", repeatWeight, 0, 1_000);
    Bounds.check("blend.repeatDistance", repeatDistance, 0, 8);
  }

  /**
   * Neighbours and co-occurrences alike, the last item at half of that, the others of the session
   * at 0.4 / √d; the parts by their own defaults: between the options that were best on two data
   * sets.
   */
  public static BlendOptions defaults() {
    return builder().build();
  }

  /** The defaults, to change some of them. */
  public static Builder builder() {
    return new Builder();
  }

  /** Names what is set; what each is stands with the record. */
  public static final class Builder {
    private SessionIndexOptions index = SessionIndexOptions.defaults();
    private NeighborFormula neighbors = NeighborFormula.vmisknn();
    private CoOccurrenceOptions coOccurrence = CoOccurrenceOptions.defaults();
    private double neighborWeight = 1;
    private double coOccurrenceWeight = 1;
    private double lastWeight = 0.5;
    private double repeatWeight = 0.4;
    private double repeatDistance = 0.5;

    private Builder() {}

    public Builder index(SessionIndexOptions options) {
      index = options;
      return this;
    }

    public Builder neighbors(NeighborFormula formula) {
      neighbors = formula;
      return this;
    }

    public Builder coOccurrence(CoOccurrenceOptions options) {
      coOccurrence = options;
      return this;
    }

    public Builder neighborWeight(double best) {
      neighborWeight = best;
      return this;
    }

    public Builder coOccurrenceWeight(double best) {
      coOccurrenceWeight = best;
      return this;
    }

    public Builder lastWeight(double score) {
      lastWeight = score;
      return this;
    }

    public Builder repeatWeight(double score) {
      repeatWeight = score;
      return this;
    }

    public Builder repeatDistance(double exponent) {
      repeatDistance = exponent;
      return this;
    }

    /**
     * Makes them.
     *
     * @throws IllegalArgumentException if something is out of its bounds
     */
    public BlendOptions build() {
      return new BlendOptions(
          index,
          neighbors,
          coOccurrence,
          neighborWeight,
          coOccurrenceWeight,
          lastWeight,
          repeatWeight,
          repeatDistance);
    }
  }
}
