package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.trainer.sync.SyncFormat;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one format of syncs came to, next to the first.
 *
 * @param predictions ranked
 * @param recall at 20, share of the predictions
 * @param ndcg at 20
 * @param recallToFirst recall less that of the first format, with an interval over batches
 * @param ndcgToFirst NDCG less that of the first format, likewise
 * @param syncs after the base
 * @param bytesPerSync of these, in the mean
 * @param bytesPerClick of the clicks that were learned meanwhile
 * @param baseBytes of the base
 */
record SyncFormatFigures(
    SyncFormat format,
    long predictions,
    double recall,
    double ndcg,
    Estimate recallToFirst,
    Estimate ndcgToFirst,
    long syncs,
    double bytesPerSync,
    double bytesPerClick,
    long baseBytes) {
  private static final double KIB = 1_024;

  /** Of runs in which the same clicks were ranked. */
  static List<SyncFormatFigures> of(List<SyncFormatStudy.Run> runs, long seed) {
    SyncFormatStudy.Run first = runs.getFirst();
    int batches = first.units().size();
    double[][] units = new double[batches][2 * runs.size()];
    double[] weights = new double[batches];
    double all = 0;
    for (int batch = 0; batch < batches; batch++) {
      weights[batch] = first.weights().get(batch);
      all += weights[batch];
      for (int run = 0; run < runs.size(); run++) {
        units[batch][2 * run] = runs.get(run).units().get(batch)[0];
        units[batch][2 * run + 1] = runs.get(run).units().get(batch)[1];
      }
    }
    Bootstrap bootstrap = new Bootstrap(units, weights, seed);
    List<SyncFormatFigures> figures = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      SyncFormatStudy.Run run = runs.get(i);
      figures.add(
          new SyncFormatFigures(
              run.format(),
              (long) all,
              share(units, 2 * i, all),
              share(units, 2 * i + 1, all),
              bootstrap.difference(2 * i, 0),
              bootstrap.difference(2 * i + 1, 1),
              run.syncs(),
              (double) run.syncBytes() / Math.max(1, run.syncs()),
              (double) run.syncBytes() / Math.max(1, run.clicks()),
              run.baseBytes()));
    }
    return figures;
  }

  private static double share(double[][] units, int column, double all) {
    double sum = 0;
    for (double[] unit : units) {
      sum += unit[column];
    }
    return sum / all;
  }

  String name() {
    return format.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Cells of a table.
   *
   * @param clicksPerSecond for which bytes a second are given
   */
  Object[] cells(boolean first, double clicksPerSecond) {
    return new Object[] {
      name(),
      Percent.of(recall),
      first ? "" : recallToFirst.points(3),
      Percent.of(ndcg),
      first ? "" : ndcgToFirst.points(3),
      String.format(Locale.ROOT, "%,.0f", bytesPerSync / KIB),
      String.format(Locale.ROOT, "%,.0f", bytesPerClick * clicksPerSecond / KIB)
    };
  }

  JsonReport json() {
    JsonReport json =
        new JsonReport()
            .put("format", name())
            .put("syncs", syncs)
            .put("bytes_per_sync", bytesPerSync)
            .put("bytes_per_click", bytesPerClick)
            .put("base_bytes", baseBytes);
    put(json, RankMetric.RECALL_20.key(), recall, recallToFirst);
    put(json, RankMetric.NDCG_20.key(), ndcg, ndcgToFirst);
    return json;
  }

  private static void put(JsonReport json, String key, double value, Estimate toFirst) {
    json.put(key, value)
        .put(key + "_difference", toFirst.mean())
        .put(key + "_difference_low", toFirst.low())
        .put(key + "_difference_high", toFirst.high());
  }
}
