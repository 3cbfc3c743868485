package dev.dolmen.trainer.learn;

/**
 * What is added to an item's score next to the product of the session's vector with its own. A
 * model that has learned with a term does not fit a configuration without it.
 *
 * @param signals whether what is known of items that the session has seen, or that were visited
 *     together with its last ones, adds to their scores
 * @param popularity whether recent clicks do
 */
public record ScoreTerms(boolean signals, boolean popularity) {
  /** Both. */
  public static ScoreTerms defaults() {
    return new ScoreTerms(true, true);
  }

  /** What is missing, for the shape that a snapshot names; nothing if nothing is. */
  public String shape() {
    return (signals ? "" : ", without signals") + (popularity ? "" : ", without popularity");
  }
}
