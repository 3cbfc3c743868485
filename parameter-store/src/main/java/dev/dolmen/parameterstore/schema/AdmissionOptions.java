package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * When a value gets a row of its own; until then the slot's out-of-vocabulary row stands for it.
 */
public sealed interface AdmissionOptions {
  /** Occurrences that a threshold can ask for. */
  WholeRange THRESHOLD = WholeRange.of(1, 1_000_000);

  /** The occurrences that an admission takes, for certain or about. */
  int threshold();

  /**
   * Once it has occurred {@code threshold} times, counted by a filter of bounded memory.
   *
   * @param threshold in {@link #THRESHOLD}; 1 admits every value at once
   */
  record Occurrences(int threshold) implements AdmissionOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Occurrences {
      THRESHOLD.check("occurrenceThreshold", threshold);
    }
  }

  /**
   * By a draw at each look-up of training, which needs no counts and so no memory; see {@link
   * dev.dolmen.parameterstore.admission.ProbabilisticFilter} for the chances.
   *
   * @param threshold in {@link #THRESHOLD}; the larger, the smaller the chance of one occurrence
   * @param equalProbability whether the chance depends on how often a value has occurred alone, and
   *     not on how its occurrences fell into batches
   */
  record Probabilistic(int threshold, boolean equalProbability) implements AdmissionOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Probabilistic {
      THRESHOLD.check("admission.threshold", threshold);
    }
  }
}
