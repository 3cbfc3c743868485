package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.plot.SvgCanvas;
import java.util.List;
import java.util.Locale;

/**
 * A reliability diagram: the share of predictions that came true against the chance given, a shape
 * a bin; on the diagonal both are the same.
 */
final class ReliabilityPlot {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 370;
  private static final int LEFT = 48;
  private static final int RIGHT = 392;
  private static final int TOP = 8;
  private static final int BOTTOM = 320;

  /** Intervals of more models would hide each other. */
  private static final int INTERVALS_MAX = 3;

  private final int cut;
  private final List<Calibration> models;
  private final List<String> names;

  /**
   * Sets it up.
   *
   * @param models with this cut
   * @param names of all models of the section, which number them
   */
  ReliabilityPlot(int cut, List<Calibration> models, List<String> names) {
    this.cut = cut;
    this.models = models;
    this.names = names;
  }

  String title() {
    return cut == 1 ? "The item ranked first is next" : "The next item is in the first " + cut;
  }

  /** What it says. */
  String description() {
    return String.join("; ", models.stream().map(ReliabilityPlot::figures).toList());
  }

  private static String figures(Calibration c) {
    return String.format(
        Locale.ROOT,
        "%s: %.1f%% given, %.1f%% observed, calibration error %.1f points",
        c.model(),
        100 * c.given(),
        100 * c.observed(),
        100 * c.error());
  }

  SvgCanvas canvas() {
    double most = 1e-6; // Chances and shares may all be 0.
    for (Calibration c : models) {
      for (Calibration.Bin bin : c.bins()) {
        most = Math.max(most, Math.max(bin.given(), bin.observed().high()));
      }
    }
    double end = Math.min(100, 104 * most);
    PlotScale x = new PlotScale(0, end, LEFT, RIGHT);
    PlotScale y = new PlotScale(0, end, BOTTOM, TOP);
    SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT, title());
    canvas.axis(y, LEFT, RIGHT, "%");
    for (double tick : x.ticks(5)) {
      canvas.line(x.at(tick), TOP, x.at(tick), BOTTOM, tick == 0 ? "zero" : "grid");
      if (tick > 0) {
        canvas.text(x.at(tick), BOTTOM + 16, "middle", "soft", PlotScale.label(tick, "%"));
      }
    }
    canvas
        .line(LEFT, BOTTOM, RIGHT, TOP, "reference")
        .text((LEFT + RIGHT) / 2.0, HEIGHT - 14, "middle", "chance given")
        .text(LEFT + 6, TOP + 12, "start", "halo", "share observed");
    for (int i = models.size() - 1; i >= 0; i--) {
      model(canvas, models.get(i), x, y);
    }
    return canvas;
  }

  private void model(SvgCanvas canvas, Calibration calibration, PlotScale x, PlotScale y) {
    int number = names.indexOf(calibration.model());
    StringBuilder points = new StringBuilder();
    for (Calibration.Bin bin : calibration.bins()) {
      double at = x.at(100 * bin.given());
      points.append(
          String.format(
              Locale.ROOT,
              "%s%.1f %.1f",
              points.isEmpty() ? "M" : "L",
              at,
              y.at(100 * bin.observed().mean())));
      if (models.size() <= INTERVALS_MAX) {
        canvas.line(
            at, y.at(100 * bin.observed().low()), at, y.at(100 * bin.observed().high()), "whisker");
      }
    }
    canvas.path(points.toString(), ModelMarks.line(number) + " thin", figures(calibration));
    for (Calibration.Bin bin : calibration.bins()) {
      canvas.marker(
          x.at(100 * bin.given()),
          y.at(100 * bin.observed().mean()),
          ModelMarks.shape(number),
          ModelMarks.fill(number),
          String.format(
              Locale.ROOT,
              "%s: %.1f%% given, %.1f%% observed of %,d predictions",
              calibration.model(),
              100 * bin.given(),
              100 * bin.observed().mean(),
              bin.predictions()));
    }
  }
}
