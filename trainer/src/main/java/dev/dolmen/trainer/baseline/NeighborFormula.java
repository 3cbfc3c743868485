package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * What the kinds of session neighbours differ in.
 *
 * @param reach clicks of the prefix that are looked at: the last ones; bounds a question's cost
 * @param sessionsPerItem sessions taken from an item's list: the latest
 * @param sample sessions that are compared: of all found those that clicked last
 * @param neighbors sessions that score: the most similar; of equal ones those that clicked last
 * @param similarity weight of an item that both sessions have
 * @param cosine whether similarity is divided by √(distinct items of the one · of the other)
 * @param matching weight of a neighbour by the latest item of the prefix that it has
 * @param idfBase an item's score is multiplied with idfBase + idfWeight · ln(sessions / sessions
 *     with the item)
 * @param idfWeight see there
 */
record NeighborFormula(
    int reach,
    int sessionsPerItem,
    int sample,
    int neighbors,
    PositionWeight similarity,
    boolean cosine,
    PositionWeight matching,
    double idfBase,
    double idfWeight) {
  NeighborFormula {
    Bounds.check("neighbors.reach", reach, 1, 1_000);
    Bounds.check("neighbors.sessionsPerItem", sessionsPerItem, 1, 1_000_000);
    Bounds.check("neighbors.sample", sample, 1, 1_000_000);
    Bounds.check("neighbors.neighbors", neighbors, 1, 1_000_000);
    Bounds.check("neighbors.idfBase", idfBase, 0, 1_000);
    Bounds.check("neighbors.idfWeight", idfWeight, 0, 1_000);
  }
}
