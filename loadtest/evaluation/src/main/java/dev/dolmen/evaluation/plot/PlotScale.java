package dev.dolmen.evaluation.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where values stand on an axis.
 *
 * @param low value at {@code from}
 * @param high value at {@code to}, above {@code low}
 * @param from coordinate
 * @param to coordinate, on either side of {@code from}
 */
public record PlotScale(double low, double high, double from, double to) {
  public PlotScale {
    if (!(high > low)) {
      throw new IllegalArgumentException("high: " + high + ", expected above low, " + low);
    }
  }

  /** A scale on which all values have room, and 0. */
  public static PlotScale withZero(double least, double most, double from, double to) {
    double low = Math.min(0, least);
    double high = Math.max(0, most);
    double room = 0.04 * Math.max(high - low, 1e-9);
    return new PlotScale(
        low < 0 ? low - room : 0, high > 0 || low == 0 ? high + room : 0, from, to);
  }

  /** Coordinate of a value; of one that is beyond an end, the end. */
  public double at(double value) {
    double within = Math.clamp(value, low, high);
    return from + (to - from) * (within - low) / (high - low);
  }

  /** Whether a value is on the scale. */
  public boolean has(double value) {
    return value >= low && value <= high;
  }

  /** Round values: some more than {@code about / 2}, at most {@code about + 1}. */
  public List<Double> ticks(int about) {
    double step = step((high - low) / about);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** The next of 1, 2, 5 times a power of ten. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** A value without digits that say nothing. */
  public static String label(double value, String unit) {
    double magnitude = Math.abs(value);
    String text =
        magnitude >= 1e6
            ? trimmed(value / 1e6) + "M"
            : magnitude >= 1e3 ? trimmed(value / 1e3) + "k" : trimmed(value);
    return text + unit;
  }

  /** A share as in {@code 12.3%}. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static String trimmed(double value) {
    String text = String.format(Locale.ROOT, "%.3f", Math.abs(value) < 5e-4 ? 0 : value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
