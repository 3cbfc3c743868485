package dev.dolmen.traffic.drill.cluster;

/**
 * What came of a trial.
 *
 * @param name of the trial
 * @param acknowledged events since the drill began
 * @param lost of them that the log does not hold
 * @param learnedTwice events by which what was learned differs from what the log holds, once each
 * @param requests for recommendations in the trial
 * @param failedRequests of them that no server answered
 * @param hashesEqual whether all hold the same after settling
 * @param recoveredMs until all was as before: a trainer leads, a server takes feedback again
 */
record ClusterTrialResult(
    String name,
    int acknowledged,
    long lost,
    long learnedTwice,
    long requests,
    long failedRequests,
    boolean hashesEqual,
    long recoveredMs) {
  boolean passed() {
    return lost == 0 && learnedTwice == 0 && failedRequests == 0 && hashesEqual;
  }
}
