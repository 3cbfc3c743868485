package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.HalfLife;
import dev.dolmen.trainer.baseline.PositionWeight;
import dev.dolmen.trainer.baseline.SessionIndexOptions;
import dev.dolmen.trainer.baseline.VmisKnnOptions;

/**
 * Options that were searched for on public data sets, as starting points for one's own: each on the
 * last tenth of the sessions of the training part, which the rest was learned for, never on the
 * test part. The parts are used by themselves, too.
 */
public final class TunedOptions {
  private TunedOptions() {}

  /**
   * For a shop with a broad catalogue, few clicks an item and many returns to items of the same
   * visit; diginetica. Neighbours lead, and the memory of co-occurrences halves in 400,000 clicks.
   */
  public static BlendOptions diginetica() {
    return new BlendOptions(
        SessionIndexOptions.defaults(),
        new VmisKnnOptions(50, 500, 100, PositionWeight.LINEAR, PositionWeight.HARMONIC),
        new CoOccurrenceOptions(
            100_000, 50, 256, 10_000_000, 0.75, 1, 0.3, HalfLife.clicks(400_000), 0.1, 0.8, 20),
        1,
        0.6,
        1.2,
        0.4,
        0.5);
  }

  /**
   * For a shop whose clicks go to fewer items, and follow from the last one; yoochoose1_64.
   * Co-occurrences lead, and count towards the end of the prefix more steeply.
   */
  public static BlendOptions yoochoose() {
    return new BlendOptions(
        SessionIndexOptions.defaults(),
        new VmisKnnOptions(50, 2_500, 500, PositionWeight.HARMONIC, PositionWeight.QUADRATIC),
        new CoOccurrenceOptions(
            100_000, 50, 256, 10_000_000, 1, 1.5, 0.25, HalfLife.clicks(250_000), 0.15, 0.8, 0),
        0.25,
        1,
        0.2,
        0.2,
        0.5);
  }
}
