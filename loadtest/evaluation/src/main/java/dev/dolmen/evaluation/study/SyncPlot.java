package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.plot.BarPlot;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;

/** Recall and NDCG by interval as bars, and the share of clicks on items that serving had. */
final class SyncPlot {
  private SyncPlot() {}

  /** As SVG. */
  static String svg(List<SyncFigures> figures, String dataset) {
    BarPlot plot =
        new BarPlot(
            "How often what serves is synced with the trainer: " + dataset,
            "dark: "
                + RankMetric.RECALL_20.key()
                + ", light: "
                + RankMetric.NDCG_20.key()
                + " of clicks not learned yet",
            "synced every; share of clicks on items that were there at the last sync");
    for (SyncFigures f : figures) {
      String color = f.atOnce() ? "fill c0" : "fill c1";
      plot.add(
          new BarPlot.Group(
              f.name(),
              PlotScale.percent(f.there()),
              List.of(
                  new BarPlot.Bar(f.recall(), color), new BarPlot.Bar(f.ndcg(), color + " pale"))));
    }
    return plot.svg();
  }
}
