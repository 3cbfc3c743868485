package dev.dolmen.server.cli.terminal;

import java.util.List;

/** Series of numbers as one or several rows of block characters. */
public final class Sparkline {
  private static final String LEVELS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /**
   * One row, one character a value, on a scale from {@code min} to {@code max}.
   *
   * @param values at least none; NaN is a space
   */
  public static String of(List<Double> values, double min, double max) {
    StringBuilder line = new StringBuilder(values.size());
    for (double value : values) {
      line.append(Double.isNaN(value) ? ' ' : LEVELS.charAt(level(value, min, max, 8)));
    }
    return line.toString();
  }

  /** The last {@code width} values on a scale from 0 to their maximum, or to {@code maxAtLeast}. */
  public static String tail(List<Double> values, int width, double maxAtLeast) {
    List<Double> tail = values.subList(Math.max(0, values.size() - width), values.size());
    return of(tail, 0, Math.max(maxAtLeast, max(tail)));
  }

  /** The largest that is a number; negative infinity if none is. */
  private static double max(List<Double> values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Double.isNaN(value) ? max : Math.max(max, value);
    }
    return max;
  }

  /**
   * Two series as a chart of {@code rows} rows: the first drawn with {@code █}, the second with
   * {@code ░} beneath it, the scale from 0 to the largest value at the left in percent.
   *
   * @param width characters a value
   */
  public static String chart(List<Double> values, List<Double> baseline, int rows, int width) {
    double max = 1e-9;
    max = Math.max(max, max(values));
    max = Math.max(max, max(baseline));
    StringBuilder chart = new StringBuilder();
    for (int row = rows - 1; row >= 0; row--) {
      double top = max * (row + 1) / rows;
      chart.append(String.format("%6.1f%% ┤", 100 * top));
      for (int i = 0; i < values.size(); i++) {
        chart
            .append(cell(values.get(i), baseline.get(i), row, rows, max).repeat(width))
            .append(' ');
      }
      chart.append('\n');
    }
    return chart
        .append("        └")
        .append("─".repeat(values.size() * (width + 1)))
        .append('\n')
        .toString();
  }

  private static String cell(double value, double base, int row, int rows, double max) {
    double eighths = value / max * rows * 8 - row * 8.0;
    double baseEighths = base / max * rows * 8 - row * 8.0;
    if (baseEighths >= 4) {
      return "░";
    }
    if (eighths < 0.5 || Double.isNaN(eighths)) {
      return " ";
    }
    return String.valueOf(LEVELS.charAt((int) Math.min(7, Math.round(eighths) - 1)));
  }

  private static int level(double value, double min, double max, int levels) {
    double share = max > min ? (value - min) / (max - min) : 0;
    return (int) Math.clamp(Math.round(share * (levels - 1)), 0L, levels - 1L);
  }
}
