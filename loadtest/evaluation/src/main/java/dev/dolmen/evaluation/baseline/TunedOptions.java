package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.BlendOptions;
import dev.dolmen.trainer.baseline.CoOccurrenceOptions;
import dev.dolmen.trainer.baseline.HalfLife;
import dev.dolmen.trainer.baseline.NeighborFormula;
import dev.dolmen.trainer.baseline.PositionWeight;

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
    return BlendOptions.builder()
        .neighbors(
            NeighborFormula.vmisknn()
                .change()
                .similarity(PositionWeight.LINEAR)
                .matching(PositionWeight.HARMONIC)
                .build())
        .coOccurrence(
            CoOccurrenceOptions.builder()
                .learnDistance(0.75)
                .backward(0.3)
                .halfLife(HalfLife.clicks(400_000))
                .targetExponent(0.1)
                .smoothing(20)
                .build())
        .coOccurrenceWeight(0.6)
        .lastWeight(1.2)
        .build();
  }

  /**
   * For a shop whose clicks go to fewer items, and follow from the last one; yoochoose1_64.
   * Co-occurrences lead, and count towards the end of the prefix more steeply.
   */
  public static BlendOptions yoochoose() {
    return BlendOptions.builder()
        .neighbors(
            NeighborFormula.vmisknn()
                .change()
                .recent(2_500)
                .neighbors(500)
                .similarity(PositionWeight.HARMONIC)
                .matching(PositionWeight.QUADRATIC)
                .build())
        .coOccurrence(
            CoOccurrenceOptions.builder()
                .scoreDistance(1.5)
                .backward(0.25)
                .halfLife(HalfLife.clicks(250_000))
                .smoothing(0)
                .build())
        .neighborWeight(0.25)
        .lastWeight(0.2)
        .repeatWeight(0.2)
        .build();
  }
}
