package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.plot.BarPlot;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;

/** Recall of each hashed table as a bar, ours as a line across, and the shares that collide. */
final class CollisionPlot {
  private CollisionPlot() {}

  /**
   * As SVG.
   *
   * @param figures ours among them
   */
  static String svg(List<CollisionFigures> figures, String dataset) {
    String metric = RankMetric.RECALL_20.key();
    BarPlot plot =
        new BarPlot(
            metric + " on " + dataset + ": rows that values share cost quality",
            "",
            "buckets per value; share of values that collide");
    for (CollisionFigures f : figures) {
      if (f.ours()) {
        plot.line(f.recallAt20(), "a row for each value");
      } else {
        plot.add(
            new BarPlot.Group(
                f.name(),
                PlotScale.percent(f.collidingShare()),
                List.of(new BarPlot.Bar(f.recallAt20(), "fill c1"))));
      }
    }
    return plot.svg();
  }
}
