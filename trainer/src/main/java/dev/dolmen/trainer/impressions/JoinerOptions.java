package dev.dolmen.trainer.impressions;

/**
 * What the joiner is bounded by and how it samples.
 *
 * @param maxImpressions impressions in memory at most
 * @param windowMs milliseconds after which an impression is learned from
 * @param maxLate impressions at most whose place in the log is remembered after that
 * @param latenessMs milliseconds after an impression in which a click on it counts; at least {@code
 *     windowMs}
 * @param maxLateBytes bytes of the log at most, counted back from its end, in which impressions are
 *     found after that
 * @param maxEarly events at most that wait for their impression
 * @param learns whether anything learns from impressions
 * @param negativeRate share of impressions whose unclicked items are learned from, above 0 to 1
 * @param batchSessions impressions and late clicks at most that one batch learns from
 * @param seed with request ids the source of randomness
 */
public record JoinerOptions(
    int maxImpressions,
    long windowMs,
    int maxLate,
    long latenessMs,
    long maxLateBytes,
    int maxEarly,
    boolean learns,
    double negativeRate,
    int batchSessions,
    long seed) {}
