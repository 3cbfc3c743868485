package dev.dolmen.trainer.validation;

import java.util.List;

/**
 * Progressive validation of the chances of clicks: means over shown items, each scored before it
 * was learned. Of impressions from which only clicks are learned nothing is scored but those; the
 * others' items stand for them, too, so that the figures are of all that was shown.
 *
 * @param scored shown items scored
 * @param clicks of these, items clicked
 * @param shown items that they stand for
 * @param meanChance mean chance that the model gave
 * @param clickRate clicks by items shown
 * @param auc chance that an item clicked was given a higher chance than one that was not; 0.5
 *     without both
 * @param logLoss mean of {@code -ln} of the chance given to what happened, nats
 * @param calibrationError expected calibration error: mean distance of chance and click rate over
 *     {@link #curve}
 * @param curve bins of about as many items shown, chances ascending
 */
public record ClickFigures(
    long scored,
    long clicks,
    double shown,
    double meanChance,
    double clickRate,
    double auc,
    double logLoss,
    double calibrationError,
    List<Bin> curve) {
  /** Nothing scored. */
  public static final ClickFigures NONE = new ClickFigures(0, 0, 0, 0, 0, 0.5, 0, 0, List.of());

  /**
   * Items that were given about the same chance.
   *
   * @param shown items shown
   * @param meanChance mean chance that the model gave
   * @param clickRate clicks by items shown
   */
  public record Bin(double shown, double meanChance, double clickRate) {}
}
