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
    long seed) {
  /** To be set by name. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets by name; each method sets what is called so, and what is not set is 0. */
  public static final class Builder {
    private int maxImpressions;
    private long windowMs;
    private int maxLate;
    private long latenessMs;
    private long maxLateBytes;
    private int maxEarly;
    private boolean learns;
    private double negativeRate;
    private int batchSessions;
    private long seed;

    private Builder() {}

    public Builder maxImpressions(int value) {
      maxImpressions = value;
      return this;
    }

    public Builder windowMs(long value) {
      windowMs = value;
      return this;
    }

    public Builder maxLate(int value) {
      maxLate = value;
      return this;
    }

    public Builder latenessMs(long value) {
      latenessMs = value;
      return this;
    }

    public Builder maxLateBytes(long value) {
      maxLateBytes = value;
      return this;
    }

    public Builder maxEarly(int value) {
      maxEarly = value;
      return this;
    }

    public Builder learns(boolean value) {
      learns = value;
      return this;
    }

    public Builder negativeRate(double value) {
      negativeRate = value;
      return this;
    }

    public Builder batchSessions(int value) {
      batchSessions = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** The options. */
    public JoinerOptions build() {
      return new JoinerOptions(
          maxImpressions,
          windowMs,
          maxLate,
          latenessMs,
          maxLateBytes,
          maxEarly,
          learns,
          negativeRate,
          batchSessions,
          seed);
    }
  }
}
