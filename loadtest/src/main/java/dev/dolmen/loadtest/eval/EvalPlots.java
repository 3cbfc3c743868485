package dev.dolmen.loadtest.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The drawings of a section: bars with intervals, slices, and the curve over a stream. */
final class EvalPlots {
  /** Colours of models in the page's style. */
  static final int COLORS = 6;

  private static final int WIDTH = 760;
  private static final int LEFT = 150;
  private static final int RIGHT = 60;
  private static final int ROW = 30;
  private static final int CURVE_HEIGHT = 300;
  private static final int CURVE_LEFT = 46;
  private static final int BOTTOM = 34;

  private EvalPlots() {}

  /** Every model's figure and its interval. */
  static String bars(Section section, RankMetric metric) {
    List<Section.Model> models = section.models();
    double max = 1e-9;
    for (Section.Model m : models) {
      max = Math.max(max, m.metric(metric).high());
    }
    int height = models.size() * ROW + 30;
    SvgCanvas canvas = new SvgCanvas(WIDTH, height, metric.title() + " by model");
    double perShare = (WIDTH - LEFT - RIGHT) / (1.05 * max);
    grid(canvas, 1.05 * max, perShare, models.size() * ROW + 4);
    for (int m = 0; m < models.size(); m++) {
      Estimate e = models.get(m).metric(metric);
      int y = 4 + m * ROW;
      String tip =
          String.format(
              Locale.ROOT,
              "%s: %.2f%%, from %.2f%% to %.2f%%",
              models.get(m).name(),
              100 * e.mean(),
              100 * e.low(),
              100 * e.high());
      canvas
          .text(LEFT - 8, y + 18, "end", models.get(m).name())
          .bar(LEFT, y + 4, perShare * e.mean(), ROW - 10, "m" + m % COLORS, tip)
          .line(LEFT + perShare * e.low(), y + 14, LEFT + perShare * e.high(), y + 14, "whisker")
          .line(LEFT + perShare * e.low(), y + 9, LEFT + perShare * e.low(), y + 19, "whisker")
          .line(LEFT + perShare * e.high(), y + 9, LEFT + perShare * e.high(), y + 19, "whisker")
          .text(LEFT + perShare * e.high() + 6, y + 18, "start", percent(e.mean()));
    }
    return canvas.svg();
  }

  private static void grid(SvgCanvas canvas, double max, double perShare, int bottom) {
    double step = step(max);
    for (double at = 0; at <= max; at += step) {
      double x = LEFT + perShare * at;
      canvas.line(x, 0, x, bottom, "grid").text(x, bottom + 18, "middle", label(at));
    }
  }

  /** 3 to 6 lines. */
  private static double step(double max) {
    double step = 1e-6;
    for (int i = 0; max / step > 6; i++) {
      step *= i % 3 == 1 ? 2.5 : 2;
    }
    return step;
  }

  /** Recall of each slice, model beside model. */
  static String slices(Section section, String by) {
    List<Section.Slice> slices = section.slices().stream().filter(s -> s.by().equals(by)).toList();
    double max = 1e-9;
    for (Section.Slice slice : slices) {
      for (Section.SliceFigures f : slice.models()) {
        max = Math.max(max, f.recall());
      }
    }
    int bar = 12;
    int group = section.models().size() * bar + 14;
    int bottom = slices.size() * group + 4;
    SvgCanvas canvas = new SvgCanvas(WIDTH, bottom + 26, "Recall@20 by " + by);
    double perShare = (WIDTH - LEFT - RIGHT) / (1.05 * max);
    grid(canvas, 1.05 * max, perShare, bottom);
    for (int s = 0; s < slices.size(); s++) {
      Section.Slice slice = slices.get(s);
      int y = 4 + s * group;
      canvas
          .text(LEFT - 8, y + group / 2 - 6, "end", slice.name())
          .text(
              LEFT - 8,
              y + group / 2 + 8,
              "end",
              String.format(Locale.ROOT, "%,d", slice.questions()));
      for (int m = 0; m < slice.models().size(); m++) {
        Section.SliceFigures f = slice.models().get(m);
        canvas
            .bar(
                LEFT,
                y + m * bar,
                perShare * f.recall(),
                bar - 2,
                "m" + m % COLORS,
                f.model() + ": " + percent(f.recall()))
            .text(LEFT + perShare * f.recall() + 4, y + m * bar + 9, "start", percent(f.recall()));
      }
    }
    return canvas.svg();
  }

  /** NDCG of every model over the windows. */
  static String curve(Section section) {
    Section.Curve curve = section.curve();
    int windows = curve.windows().size();
    double max = 1e-9;
    for (List<Double> model : curve.ndcg()) {
      for (double value : model) {
        max = Double.isNaN(value) ? max : Math.max(max, value);
      }
    }
    SvgCanvas canvas = new SvgCanvas(WIDTH, CURVE_HEIGHT, "NDCG@20 over the stream");
    double perShare = (CURVE_HEIGHT - BOTTOM - 10) / (1.05 * max);
    double perWindow = (WIDTH - CURVE_LEFT - 10.0) / Math.max(1, windows - 1);
    double step = step(1.05 * max);
    for (double at = 0; at <= 1.05 * max; at += step) {
      double y = CURVE_HEIGHT - BOTTOM - perShare * at;
      canvas
          .line(CURVE_LEFT, y, WIDTH - 10, y, "grid")
          .text(CURVE_LEFT - 6, y + 4, "end", label(at));
    }
    for (int at : ticks(windows)) {
      String anchor = at == 0 ? "start" : at == windows - 1 ? "end" : "middle";
      canvas.text(CURVE_LEFT + at * perWindow, CURVE_HEIGHT - 12, anchor, curve.windows().get(at));
    }
    for (int m = 0; m < section.models().size(); m++) {
      String points = points(curve.ndcg().get(m), perWindow, perShare);
      canvas.path(points, "l" + m % COLORS, section.models().get(m).name());
    }
    return canvas.svg();
  }

  private static List<Integer> ticks(int windows) {
    int n = Math.min(5, windows);
    return IntStream.range(0, n)
        .map(i -> n == 1 ? 0 : i * (windows - 1) / (n - 1))
        .boxed()
        .toList();
  }

  /** A window without questions is a gap. */
  private static String points(List<Double> values, double perWindow, double perShare) {
    List<String> points = new ArrayList<>();
    boolean drawing = false;
    for (int w = 0; w < values.size(); w++) {
      if (!Double.isNaN(values.get(w))) {
        points.add(
            String.format(
                Locale.ROOT,
                "%s%.1f %.1f",
                drawing ? "L" : "M",
                CURVE_LEFT + w * perWindow,
                CURVE_HEIGHT - BOTTOM - perShare * values.get(w)));
      }
      drawing = !Double.isNaN(values.get(w));
    }
    return String.join(" ", points);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static String label(double share) {
    double percent = 100 * share;
    return Math.abs(percent - Math.rint(percent)) < 1e-6
        ? String.format(Locale.ROOT, "%.0f%%", percent)
        : String.format(Locale.ROOT, "%.1f%%", percent);
  }
}
