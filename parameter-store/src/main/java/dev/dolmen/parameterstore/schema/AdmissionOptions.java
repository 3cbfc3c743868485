package dev.dolmen.parameterstore.schema;

/**
 * When a value gets a row of its own; until then the slot's out-of-vocabulary row stands for it.
 */
public sealed interface AdmissionOptions {
  /** Occurrences at the most that a threshold can ask for. */
  int MAX_THRESHOLD = 1_000_000;

  /** The occurrences that an admission takes, for certain or about. */
  int threshold();

  /**
   * Once it has occurred {@code threshold} times, counted by a filter of bounded memory.
   *
   * @param threshold 1, which admits every value at once, to 1,000,000
   */
  record Occurrences(int threshold) implements AdmissionOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Occurrences {
      Checks.range(threshold, 1, MAX_THRESHOLD, "occurrenceThreshold");
    }
  }

  /**
   * By a draw at each look-up of training, which needs no counts and so no memory; see {@link
   * dev.dolmen.parameterstore.admission.ProbabilisticFilter} for the chances.
   *
   * @param threshold 1 to 1,000,000; the larger, the smaller the chance of one occurrence
   * @param equalProbability whether the chance depends on how often a value has occurred alone, and
   *     not on how its occurrences fell into batches
   */
  record Probabilistic(int threshold, boolean equalProbability) implements AdmissionOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Probabilistic {
      Checks.range(threshold, 1, MAX_THRESHOLD, "admission.threshold");
    }
  }
}
