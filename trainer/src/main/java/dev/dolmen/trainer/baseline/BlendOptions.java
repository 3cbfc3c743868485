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
    VmisKnnOptions neighbors,
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
    return new BlendOptions(
        SessionIndexOptions.defaults(),
        VmisKnnOptions.defaults(),
        CoOccurrenceOptions.defaults(),
        1,
        1,
        0.5,
        0.4,
        0.5);
  }
}
