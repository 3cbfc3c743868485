package dev.dolmen.evaluation.metric;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.Locale;

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

  /** In percent, with the interval in brackets. */
  public String percent() {
    return String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", 100 * mean, 100 * low, 100 * high);
  }

  /**
   * Of a difference of shares: in points of a percentage, each with its sign, the interval in
   * brackets.
   */
  public String points(int decimals) {
    String one = "%+." + decimals + "f";
    return String.format(
        Locale.ROOT, one + " [" + one + ", " + one + "]", 100 * mean, 100 * low, 100 * high);
  }

  /** As it is. */
  public JsonReport json() {
    return new JsonReport().put("mean", mean).put("low", low).put("high", high);
  }
}
