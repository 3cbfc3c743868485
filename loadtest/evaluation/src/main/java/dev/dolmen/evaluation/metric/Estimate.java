package dev.dolmen.evaluation.metric;

/**
 * A figure and how sure it is.
 *
 * @param mean as measured
 * @param low end of the interval of 95%
 * @param high its other end
 */
public record Estimate(double mean, double low, double high) {
  /** Whether 0 is outside of the interval. */
  public boolean significant() {
    return low > 0 || high < 0;
  }
}
