package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.plot.SvgCanvas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * NDCG of every model over the windows of a stream: each window as a faint line, and the mean of
 * those around it, weighted by their predictions, as a strong one. Below, the predictions.
 */
final class CurvePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 400;
  private static final int LEFT = 44;
  private static final int RIGHT = WIDTH - 12;
  private static final int TOP = 10;
  private static final int BOTTOM = 300;
  private static final int COUNTS_TOP = 316;
  private static final int COUNTS_BOTTOM = 366;

  /** Windows that a smoothed curve is made of, and what one mean of it is over, at most. */
  private static final int SMOOTH_SHARE = 16;

  /** Windows from one shape on a line to the next, about. */
  private static final int SHAPES = 8;

  /**
   * The axis reaches so many times as far as the strong lines: a window with few predictions may be
   * anywhere, and would press these flat.
   */
  private static final double FAINT_ROOM = 1.5;

  private final ReportSection section;
  private final ReportSection.Curve curve;
  private final int windows;
  private final int around;

  CurvePlot(ReportSection section) {
    this.section = section;
    curve = section.curve();
    windows = curve.windows().size();
    around = windows / SMOOTH_SHARE / 2;
  }

  /** Windows that a point of the strong lines is the mean of; 1 if these are too few to smooth. */
  int smoothed() {
    return 2 * around + 1;
  }

  /** Windows in which something is predicted. */
  int asked() {
    return (int) curve.predictions().stream().filter(n -> n > 0).count();
  }

  /** What it says. */
  String description() {
    List<String> ends = new ArrayList<>();
    for (int m = 0; m < section.models().size(); m++) {
      double[] values = smooth(m);
      double[] known =
          IntStream.range(0, windows).mapToDouble(w -> values[w]).filter(v -> v >= 0).toArray();
      if (known.length > 0) {
        ends.add(
            String.format(
                Locale.ROOT,
                "%s from %.1f%% to %.1f%%",
                section.models().get(m).name(),
                100 * known[0],
                100 * known[known.length - 1]));
      }
    }
    return ends.isEmpty() ? "Nothing is predicted." : String.join("; ", ends);
  }

  /**
   * Means over the windows around each, weighted by their predictions; not a number where nothing
   * is predicted.
   */
  double[] smooth(int model) {
    List<Double> values = curve.ndcg().get(model);
    double[] smooth = new double[windows];
    for (int w = 0; w < windows; w++) {
      double sum = 0;
      double weight = 0;
      for (int i = Math.max(0, w - around); i <= Math.min(windows - 1, w + around); i++) {
        int n = curve.predictions().get(i);
        sum += n == 0 ? 0 : n * values.get(i);
        weight += n;
      }
      smooth[w] = curve.predictions().get(w) == 0 ? Double.NaN : sum / weight;
    }
    return smooth;
  }

  SvgCanvas canvas() {
    SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT, "ndcg@20 over the stream");
    PlotScale scale = scale();
    canvas.axis(scale, LEFT, RIGHT, "%");
    if (around > 0) {
      for (int m = section.models().size() - 1; m >= 0; m--) {
        double[] each = curve.ndcg().get(m).stream().mapToDouble(v -> v).toArray();
        canvas.path(points(each, scale), ModelMarks.line(m) + " faint", name(m) + ", each window");
      }
    }
    for (int m = section.models().size() - 1; m >= 0; m--) {
      strong(canvas, m, scale);
    }
    counts(canvas);
    for (int at : names()) {
      String anchor = at == 0 ? "start" : at == windows - 1 ? "end" : "middle";
      double x = at == 0 ? LEFT : at == windows - 1 ? RIGHT : x(at);
      canvas.text(x, HEIGHT - 14, anchor, "soft", curve.windows().get(at));
    }
    return canvas;
  }

  /** From 0, unless all values are far from it. Has room for the strong lines, and some more. */
  private PlotScale scale() {
    DoubleSummaryStatistics strong =
        IntStream.range(0, section.models().size())
            .boxed()
            .flatMapToDouble(m -> Arrays.stream(smooth(m)))
            .map(v -> 100 * v)
            .filter(v -> !Double.isNaN(v))
            .summaryStatistics();
    if (strong.getCount() == 0 || strong.getMin() < strong.getMax() / 3) {
      double room = around > 0 ? FAINT_ROOM : 1;
      return PlotScale.withZero(0, room * Math.max(0, strong.getMax()), BOTTOM, TOP);
    }
    double reach = Math.max(strong.getMax() - strong.getMin(), 1);
    double room = (around > 0 ? FAINT_ROOM - 1 : 0.05) * reach;
    return new PlotScale(Math.max(0, strong.getMin() - room), strong.getMax() + room, BOTTOM, TOP);
  }

  /** Whether a window is beyond an end of the axis, where it is drawn. */
  boolean leavesOut() {
    PlotScale scale = scale();
    return curve.ndcg().stream()
        .flatMap(List::stream)
        .anyMatch(v -> !Double.isNaN(v) && !scale.has(100 * v));
  }

  /** Whether 0 is below what is drawn. */
  boolean cut() {
    return scale().low() > 0;
  }

  private String name(int model) {
    return section.models().get(model).name();
  }

  private void strong(SvgCanvas canvas, int model, PlotScale scale) {
    double[] values = smooth(model);
    canvas.path(points(values, scale), ModelMarks.line(model), name(model));
    int models = section.models().size();
    int step = Math.max(1, windows / SHAPES);
    // Shapes of different models stand at different windows.
    for (int w = step * model / Math.max(1, models); w < windows; w += step) {
      if (!Double.isNaN(values[w])) {
        canvas.marker(
            x(w),
            scale.at(100 * values[w]),
            ModelMarks.shape(model),
            ModelMarks.fill(model),
            String.format(
                Locale.ROOT,
                "%s, %s: %.1f%%",
                name(model),
                curve.windows().get(w),
                100 * values[w]));
      }
    }
  }

  private void counts(SvgCanvas canvas) {
    int most = curve.predictions().stream().mapToInt(n -> n).max().orElse(0);
    PlotScale scale = PlotScale.withZero(0, most, COUNTS_BOTTOM, COUNTS_TOP);
    double width = Math.max(0.6, 0.8 * (RIGHT - LEFT) / windows);
    for (int w = 0; w < windows; w++) {
      int n = curve.predictions().get(w);
      double y = scale.at(n);
      double x = x(w) - width / 2;
      String tip = String.format(Locale.ROOT, "%s: %,d predictions", curve.windows().get(w), n);
      canvas.bar(x, y, width, COUNTS_BOTTOM - y, "count", tip);
    }
    canvas
        .line(LEFT, COUNTS_BOTTOM, RIGHT, COUNTS_BOTTOM, "zero")
        .text(LEFT - 6, COUNTS_BOTTOM, "end", "soft", "0")
        .text(LEFT - 6, COUNTS_TOP + 8, "end", "soft", PlotScale.label(most, ""));
  }

  private double x(int window) {
    return LEFT + (window + 0.5) * (RIGHT - LEFT) / windows;
  }

  private List<Integer> names() {
    int n = Math.min(5, windows);
    return IntStream.range(0, n)
        .map(i -> n == 1 ? 0 : i * (windows - 1) / (n - 1))
        .boxed()
        .toList();
  }

  /** A window without predictions is a gap. */
  private String points(double[] values, PlotScale scale) {
    StringBuilder points = new StringBuilder();
    boolean drawing = false;
    for (int w = 0; w < values.length; w++) {
      boolean known = !Double.isNaN(values[w]);
      if (known) {
        points.append(
            String.format(
                Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", x(w), scale.at(100 * values[w])));
      }
      drawing = known;
    }
    return points.toString();
  }
}
