package dev.dolmen.traffic.drill.cluster;

import java.util.Locale;

/**
 * What came of a trial.
 *
 * @param name of the trial
 * @param acknowledged events in the trial
 * @param lost of all events acknowledged since the drill began, those that the log does not hold
 * @param learnedTwice events by which what was learned differs from what the log holds, once each
 * @param requests for recommendations in the trial
 * @param failedRequests of them that no server answered
 * @param different what trainer and servers hold differently after settling; empty if nothing
 * @param recoveredMs until all was as before: a trainer leads, all servers take feedback, and are
 *     no farther behind than they may be
 * @param settledMs from the last event until all hold the same
 * @param stalenessMs of the server farthest behind, under load, some seconds later
 * @param endedAlone processes that ended though nobody had ended them, and were started again
 */
record ClusterTrialResult(
    String name,
    int acknowledged,
    long lost,
    long learnedTwice,
    long requests,
    long failedRequests,
    String different,
    long recoveredMs,
    long settledMs,
    long stalenessMs,
    int endedAlone) {
  /** What servers may be behind, under load. */
  static final long STALENESS_BOUND_MS = 5_000;

  /** Of a trial that did not come to its end. */
  static ClusterTrialResult ended(String name, String why) {
    return new ClusterTrialResult(name, 0, 0, 0, 0, 0, why, 0, 0, 0, 0);
  }

  boolean passed() {
    return lost == 0
        && learnedTwice == 0
        && failedRequests == 0
        && different.isEmpty()
        && stalenessMs <= STALENESS_BOUND_MS;
  }

  /** One line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s %s: %,d acknowledged, %d lost, %d learned twice or not, %d of %d requests failed, %s,"
            + " recovered after %,d ms, settled after %,d",
        passed() ? "pass" : "FAIL",
        name,
        acknowledged,
        lost,
        learnedTwice,
        failedRequests,
        requests,
        different.isEmpty() ? "hashes equal" : different.lines().findFirst().orElse(""),
        recoveredMs,
        settledMs);
  }
}
