package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.plot.SvgCanvas;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row for each model: its name, a bar from 0 or a dot, the interval, and the figure in words.
 * Where one figure dwarfs all others of a forest, it is drawn as an arrow at the edge.
 */
final class RowPlot {
  private static final int WIDTH = 350;
  private static final int ROW = 24;
  private static final int TOP = 6;
  private static final double LETTER = 6.6;
  private static final int NAME_LETTERS = 22;

  /** Bounds of a forest reach so many times as far as those of its middle row. */
  private static final double FAR = 5;

  /** What stands for a model. */
  enum Shape {
    /** A bar from 0. */
    BAR,
    /** A dot, on a scale that may leave out rows far from the others. */
    DOT
  }

  /**
   * A row.
   *
   * @param model number of the model
   * @param value in the unit of the axis, with an interval or, without, the same three times
   * @param text the value in words
   */
  record Row(int model, String name, Estimate value, String text) {
    /** A row without an interval. */
    static Row of(int model, String name, double value, String text) {
      return new Row(model, name, new Estimate(value, value, value), text);
    }

    boolean hasInterval() {
      return value.high() > value.low();
    }
  }

  private final String title;
  private final String unit;
  private final Shape shape;
  private final List<Row> rows = new ArrayList<>();
  private @Nullable Double mark;

  /**
   * Sets it up.
   *
   * @param unit written behind the numbers of the axis
   */
  RowPlot(String title, String unit, Shape shape) {
    this.title = title;
    this.unit = unit;
    this.shape = shape;
  }

  /** Adds a row; one without a value is left out. */
  RowPlot add(Row row) {
    if (!Double.isNaN(row.value.mean())) {
      rows.add(row);
    }
    return this;
  }

  /** Draws a line at a value that all may be compared with. */
  RowPlot mark(double value) {
    mark = value;
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** What it says. */
  String description() {
    return String.join("; ", rows.stream().map(r -> r.name + " " + r.text).toList());
  }

  SvgCanvas canvas() {
    int left = 8 + columnWidth(rows.stream().map(r -> shortened(r.name)).toList());
    int right = WIDTH - 8 - columnWidth(rows.stream().map(Row::text).toList());
    int bottom = TOP + rows.size() * ROW;
    SvgCanvas canvas = new SvgCanvas(WIDTH, bottom + 24, title);
    PlotScale scale = scale(left, right);
    // A number is about as wide as its letters: fewer where the axis is short.
    for (double tick : scale.ticks(right - left < 140 ? 3 : 4)) {
      double x = scale.at(tick);
      canvas
          .line(x, TOP - 2, x, bottom, tick == 0 ? "zero" : "grid")
          .text(x, bottom + 16, "middle", "soft", PlotScale.label(tick, unit));
    }
    for (int i = 0; i < rows.size(); i++) {
      row(canvas, rows.get(i), scale, TOP + i * ROW);
    }
    if (mark != null) {
      canvas.line(scale.at(mark), TOP - 2, scale.at(mark), bottom, "reference");
    }
    return canvas;
  }

  private void row(SvgCanvas canvas, Row row, PlotScale scale, int y) {
    double middle = y + ROW / 2.0;
    Estimate value = row.value;
    String tip = row.name + ": " + row.text;
    canvas
        .text(scale.from() - 8, middle + 4, "end", shortened(row.name))
        .text(WIDTH - 4, middle + 4, "end", row.text);
    if (shape == Shape.BAR) {
      double zero = scale.at(0);
      double end = scale.at(value.mean());
      canvas.bar(Math.min(zero, end), y + 5, Math.abs(end - zero), ROW - 10, fill(row.model), tip);
    }
    if (!scale.has(value.mean())) {
      double end = value.mean() < scale.low() ? scale.from() : scale.to();
      int back = value.mean() < scale.low() ? 8 : -8;
      canvas.path(
          "M" + end + " " + middle + "l" + back + " -5v10Z",
          fill(row.model),
          tip + ", not to scale");
      return;
    }
    if (row.hasInterval()) {
      double low = scale.at(value.low());
      double high = scale.at(value.high());
      canvas
          .line(low, middle, high, middle, "back")
          .line(low, middle, high, middle, "whisker")
          .line(low, middle - 4, low, middle + 4, "whisker")
          .line(high, middle - 4, high, middle + 4, "whisker");
    }
    if (shape == Shape.DOT) {
      canvas.marker(
          scale.at(value.mean()), middle, ModelMarks.shape(row.model), fill(row.model), tip);
    }
  }

  private static String fill(int model) {
    return ModelMarks.fill(model);
  }

  private PlotScale scale(int left, int right) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double far = shape == Shape.DOT ? FAR * middle() : Double.POSITIVE_INFINITY;
    for (Row row : rows) {
      if (Math.abs(row.value.mean()) <= far) {
        low = Math.min(low, row.value.low());
        high = Math.max(high, row.value.high());
      }
    }
    if (mark != null) {
      low = Math.min(low, mark);
      high = Math.max(high, mark);
    }
    return PlotScale.withZero(low, high, left, right);
  }

  /** How far from 0 the interval of the middle row reaches. */
  private double middle() {
    double[] reach =
        rows.stream()
            .mapToDouble(r -> Math.max(Math.abs(r.value.low()), Math.abs(r.value.high())))
            .sorted()
            .toArray();
    return reach.length == 0 ? 0 : reach[(reach.length - 1) / 2];
  }

  /** Whether a row is not to scale. */
  boolean leavesOut() {
    PlotScale scale = scale(0, 1);
    return rows.stream().anyMatch(r -> !scale.has(r.value.mean()));
  }

  private static int columnWidth(List<String> texts) {
    int letters = texts.stream().mapToInt(String::length).max().orElse(0);
    return (int) Math.ceil(LETTER * letters) + 8;
  }

  private static String shortened(String name) {
    return name.length() <= NAME_LETTERS ? name : name.substring(0, NAME_LETTERS - 1) + "…";
  }
}
