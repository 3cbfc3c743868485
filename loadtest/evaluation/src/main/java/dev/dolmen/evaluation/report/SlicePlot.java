package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.plot.SvgCanvas;
import java.util.List;
import java.util.Locale;

/** Recall of every model in each slice, which stand in their order. */
final class SlicePlot {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 290;
  private static final int LEFT = 40;
  private static final int TOP = 10;
  private static final int BOTTOM = 244;

  /** Share of a slice's room that the models' shapes take side by side. */
  private static final double SPREAD = 0.5;

  private final ReportSection section;
  private final String by;
  private final List<ReportSection.PredictionSlice> slices;

  SlicePlot(ReportSection section, String by) {
    this.section = section;
    this.by = by;
    slices = section.slicesBy(by);
  }

  /** What it says. */
  String description() {
    StringBuilder text = new StringBuilder();
    for (ReportSection.PredictionSlice slice : slices) {
      text.append(
          String.format(Locale.ROOT, "%s (%,d predictions): ", slice.name(), slice.predictions()));
      slice
          .models()
          .forEach(f -> text.append(f.model() + " " + PlotScale.percent(f.recall()) + ", "));
    }
    return text.toString().replaceAll(", $", "");
  }

  SvgCanvas canvas() {
    double most =
        slices.stream()
            .flatMap(s -> s.models().stream())
            .mapToDouble(ReportSection.SliceFigures::recall)
            .max()
            .orElse(0);
    PlotScale scale = PlotScale.withZero(0, 100 * most, BOTTOM, TOP);
    SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT, "recall@20 by " + by);
    canvas.axis(scale, LEFT, WIDTH - 6, "%");
    for (int s = 0; s < slices.size(); s++) {
      canvas
          .text(middle(s), BOTTOM + 18, "middle", slices.get(s).name())
          .text(
              middle(s),
              BOTTOM + 34,
              "middle",
              "soft",
              String.format(Locale.ROOT, "n = %,d", slices.get(s).predictions()));
    }
    // The first model is drawn last, above all others.
    for (int m = section.models().size() - 1; m >= 0; m--) {
      model(canvas, m, scale);
    }
    return canvas;
  }

  private void model(SvgCanvas canvas, int model, PlotScale scale) {
    StringBuilder points = new StringBuilder();
    for (int s = 0; s < slices.size(); s++) {
      double y = scale.at(100 * slices.get(s).models().get(model).recall());
      points.append(String.format(Locale.ROOT, "%s%.1f %.1f", s == 0 ? "M" : "L", x(s, model), y));
    }
    String name = section.models().get(model).name();
    canvas.path(points.toString(), ModelMarks.line(model) + " thin", name);
    for (int s = 0; s < slices.size(); s++) {
      double recall = slices.get(s).models().get(model).recall();
      canvas.marker(
          x(s, model),
          scale.at(100 * recall),
          ModelMarks.shape(model),
          ModelMarks.fill(model),
          name + ", " + slices.get(s).name() + ": " + PlotScale.percent(recall));
    }
  }

  private double room() {
    return (WIDTH - LEFT - 10.0) / slices.size();
  }

  private double middle(int slice) {
    return LEFT + (slice + 0.5) * room();
  }

  private double x(int slice, int model) {
    int models = section.models().size();
    double step = Math.min(12, SPREAD * room() / Math.max(1, models - 1));
    return middle(slice) + (model - (models - 1) / 2.0) * step;
  }
}
