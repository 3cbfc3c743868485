package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.SvgCanvas;
import dev.dolmen.evaluation.run.RunAnswers;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The drawings of a report as HTML. Counts them, so that each has an id of its own. */
final class ReportFigures {
  private static final List<RankMetric> AT_20 =
      List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20);

  private int figures;

  /** Every model's figures at 20, with intervals. */
  String metrics(ReportSection section) {
    StringBuilder html = new StringBuilder();
    for (RankMetric metric : AT_20) {
      RowPlot plot = new RowPlot(metric.key() + " by model", "%", RowPlot.Shape.BAR);
      for (int m = 0; m < section.models().size(); m++) {
        ReportSection.Model model = section.models().get(m);
        Estimate e = percent(model.metric(metric));
        plot.add(new RowPlot.Row(m, model.name(), e, String.format(Locale.ROOT, "%.2f", e.mean())));
      }
      html.append(figure(metric.key(), plot));
    }
    return grid(html);
  }

  /** Every model's differences to the first; empty if there is one model. */
  String differences(ReportSection section) {
    if (section.models().size() < 2) {
      return "";
    }
    String first = section.models().getFirst().name();
    StringBuilder html = new StringBuilder();
    boolean leavesOut = false;
    for (RankMetric metric : AT_20) {
      RowPlot plot = new RowPlot(metric.key() + " less that of " + first, "", RowPlot.Shape.DOT);
      for (int m = 1; m < section.models().size(); m++) {
        String name = section.models().get(m).name();
        Estimate e = percent(section.lessFirst(name, metric));
        String text =
            String.format(Locale.ROOT, "%+.2f%s", e.mean(), e.significant() ? "*" : "\u2007");
        plot.add(new RowPlot.Row(m, name, e, text));
      }
      leavesOut |= plot.leavesOut();
      html.append(figure(metric.key() + ", points", plot));
    }
    return "<h3>Differences to "
        + SvgCanvas.escaped(first)
        + "</h3>\n"
        + soft(
            "Paired, in points: left of 0 a model is behind "
                + first
                + ". * where 0 is outside of the interval of 95%."
                + (leavesOut ? " An arrow is farther off than is drawn." : ""))
        + grid(html);
  }

  /** What is found where it is hard and where it is easy. */
  String slices(ReportSection section) {
    StringBuilder html = new StringBuilder();
    for (String by : section.sliced()) {
      SlicePlot plot = new SlicePlot(section, by);
      html.append(figure("recall@20 by " + by, plot.canvas(), plot.description(), "chart"));
    }
    return "<h3>Where it is hard, and where it is easy</h3>\n" + key(section) + grid(html);
  }

  /** The windows of a stream; empty if there are none. */
  String curve(ReportSection section) {
    if (section.curve().windows().isEmpty()) {
      return "";
    }
    CurvePlot plot = new CurvePlot(section);
    String smoothed =
        plot.smoothed() == 1
            ? "A point is a window"
            : String.format(
                Locale.ROOT,
                "A faint line is each window, a strong one the mean of the %d around, weighted by"
                    + " their predictions",
                plot.smoothed());
    return "<h3>As the stream goes on</h3>\n"
        + soft(
            String.format(
                Locale.ROOT,
                "%,d windows, in %,d of which something is predicted. %s. Bars below are"
                    + " predictions by window. Times are UTC.%s",
                section.curve().windows().size(),
                plot.asked(),
                smoothed,
                (plot.cut() ? " The axis does not begin at 0." : "")
                    + (plot.leavesOut() ? " Windows beyond an end of the axis stand there." : "")))
        + key(section)
        + figure("ndcg@20 over the stream", plot.canvas(), plot.description(), "wide");
  }

  /** Chances beside what happened; empty if no model gives any. */
  String calibration(ReportSection section) {
    if (section.calibrations().isEmpty()) {
      return "";
    }
    List<String> names = names(section);
    StringBuilder html = new StringBuilder();
    for (int cut : RunAnswers.CUTS) {
      List<Calibration> models =
          section.calibrations().stream().filter(c -> c.cut() == cut).toList();
      if (!models.isEmpty()) {
        ReliabilityPlot plot = new ReliabilityPlot(cut, models, names);
        html.append(figure(plot.title(), plot.canvas(), plot.description(), "chart"));
      }
    }
    List<Integer> shown =
        section.calibrations().stream().map(c -> names.indexOf(c.model())).distinct().toList();
    return "<h3>Chances beside what happened</h3>\n"
        + soft(ReportNotes.CHANCES)
        + ModelMarks.key(shown, names)
        + pairs(html.toString());
  }

  /** What is recommended. */
  String recommended(ReportSection section) {
    String html =
        bars(
                section,
                "Coverage",
                "Share of the items in anybody's first 20",
                "%",
                "%.1f%%",
                m -> 100 * m.recommended().coverage(),
                Double.NaN)
            + bars(
                section,
                "Popularity",
                "Mean place by clicks learned; dashed: what was clicked",
                "%",
                "%.1f%%",
                m -> 100 * m.recommended().popularity(),
                100 * section.targetPopularity())
            + bars(
                section,
                "Vendi score of a list",
                "How many of 20 have nothing in common",
                "",
                "%.2f",
                m -> m.recommended().vendi(),
                Double.NaN)
            + bars(
                section,
                "Effective items",
                "As many as if all were recommended alike",
                "",
                "%,.0f",
                m -> m.recommended().effectiveItems(),
                Double.NaN);
    return "<h3>What is recommended</h3>\n" + pairs(html);
  }

  /** What a run of the section's plan took. */
  String cost(ReportSection section) {
    String html =
        bars(
                section,
                "Learning",
                "Seconds, all passes of a run",
                " s",
                "%,.1f",
                m -> m.cost().learnSeconds(),
                Double.NaN)
            + bars(
                section,
                "Answering",
                "Microseconds a prediction",
                "",
                "%,.0f",
                ReportSection.Model::askMicros,
                Double.NaN)
            + bars(
                section,
                "Memory that the model holds",
                "MB, after a full collection",
                "",
                "%,.0f",
                m -> m.cost().heldBytes() / 1e6,
                Double.NaN)
            + bars(
                section,
                "Peak memory of the process",
                "MB, the dataset included",
                "",
                "%,.0f",
                m -> m.cost().peakRssBytes() < 0 ? Double.NaN : m.cost().peakRssBytes() / 1e6,
                Double.NaN);
    return pairs(html);
  }

  private String bars(
      ReportSection section,
      String title,
      String caption,
      String unit,
      String format,
      ToDoubleFunction<ReportSection.Model> value,
      double mark) {
    RowPlot plot = new RowPlot(title + " by model", unit, RowPlot.Shape.BAR);
    for (int m = 0; m < section.models().size(); m++) {
      ReportSection.Model model = section.models().get(m);
      double v = value.applyAsDouble(model);
      plot.add(RowPlot.Row.of(m, model.name(), v, String.format(Locale.ROOT, format, v)));
    }
    if (!Double.isNaN(mark)) {
      plot.mark(mark);
    }
    return figure(title + "<br/><small class=\"soft\">" + caption + "</small>", plot);
  }

  private String figure(String caption, RowPlot plot) {
    return plot.isEmpty() ? "" : figure(caption, plot.canvas(), plot.description(), "");
  }

  private String figure(String caption, SvgCanvas canvas, String description, String style) {
    // Only what scrolls is to be reached by the keyboard.
    String scrolls = style.equals("wide") ? " tabindex=\"0\"" : "";
    return (style.isEmpty() ? "<figure>" : "<figure class=\"" + style + "\"" + scrolls + ">")
        + "<figcaption>"
        + caption
        + "</figcaption>\n"
        + canvas.svg("f" + ++figures, description, "plot")
        + "</figure>\n";
  }

  private static String key(ReportSection section) {
    List<Integer> all = IntStream.range(0, section.models().size()).boxed().toList();
    return ModelMarks.key(all, names(section));
  }

  private static List<String> names(ReportSection section) {
    return section.models().stream().map(ReportSection.Model::name).toList();
  }

  private static String grid(StringBuilder html) {
    return "<div class=\"grid\">\n" + html + "</div>\n";
  }

  /** Two beside each other, where there is room. */
  private static String pairs(String html) {
    return "<div class=\"grid pairs\">\n" + html + "</div>\n";
  }

  private static String soft(String text) {
    return "<p class=\"soft\">" + SvgCanvas.escaped(text) + "</p>\n";
  }

  private static Estimate percent(Estimate e) {
    return new Estimate(100 * e.mean(), 100 * e.low(), 100 * e.high());
  }
}
