package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What serving with parameters synced at one interval came to.
 *
 * @param name of the interval
 * @param intervalSec seconds of event time between two syncs; 0 at once, not a number for never
 * @param syncs done
 * @param recall share of the predictions that are among the first 20
 * @param ndcg of the predictions, cut at 20
 * @param there share of the predictions whose item was there at the last sync
 * @param knownRecall recall of those whose item was there before the stream
 * @param recallToAtOnce recall less that of serving at once; with less than two hours in which
 *     anything was predicted the ends of its interval are not numbers
 * @param ndcgToAtOnce NDCG less that of serving at once, likewise
 */
record SyncFigures(
    String name,
    double intervalSec,
    long syncs,
    double recall,
    double ndcg,
    double there,
    double knownRecall,
    Estimate recallToAtOnce,
    Estimate ndcgToAtOnce) {

  /** From the sums of one copy, next to those of serving at once. */
  static SyncFigures of(
      String name, double intervalSec, long syncs, HourSums sums, HourSums atOnce, long seed) {
    return new SyncFigures(
        name,
        intervalSec,
        syncs,
        sums.share(HourSums.Of.HITS, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.GAIN, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.THERE, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.KNOWN_HITS, HourSums.Of.KNOWN),
        toAtOnce(HourSums.Of.HITS, sums, atOnce, seed),
        toAtOnce(HourSums.Of.GAIN, sums, atOnce, seed));
  }

  /**
   * Hours are drawn, each with all of its predictions under both, so that what an hour has in
   * common (its news, its visitors) counts once and not once for each click.
   */
  private static Estimate toAtOnce(HourSums.Of what, HourSums sums, HourSums atOnce, long seed) {
    double[] n = sums.hourly(HourSums.Of.PREDICTIONS);
    double[] here = sums.hourly(what);
    double[] there = atOnce.hourly(what);
    int[] hours = IntStream.range(0, n.length).filter(h -> n[h] > 0).toArray();
    double[][] units = new double[hours.length][];
    double[] weights = new double[hours.length];
    for (int i = 0; i < hours.length; i++) {
      units[i] = new double[] {here[hours[i]], there[hours[i]]};
      weights[i] = n[hours[i]];
    }
    if (hours.length < 2) {
      double by =
          sums.share(what, HourSums.Of.PREDICTIONS) - atOnce.share(what, HourSums.Of.PREDICTIONS);
      return new Estimate(by, Double.NaN, Double.NaN);
    }
    return new Bootstrap(units, weights, seed).difference(0, 1);
  }

  boolean atOnce() {
    return intervalSec == 0;
  }

  /** Cells of a table. */
  Object[] cells() {
    return new Object[] {
      name,
      String.format(Locale.ROOT, "%,d", syncs),
      Percent.of(recall),
      atOnce() ? "" : recallToAtOnce.points(2),
      Percent.of(ndcg),
      atOnce() ? "" : ndcgToAtOnce.points(2),
      Percent.of(there),
      Percent.of(knownRecall)
    };
  }

  JsonReport json() {
    JsonReport json =
        new JsonReport()
            .put("sync", name)
            .put("interval_seconds", intervalSec)
            .put("syncs", syncs)
            .put("item_coverage", there)
            .put(RankMetric.RECALL_20.key() + "_known_items", knownRecall);
    put(json, RankMetric.RECALL_20, recall, recallToAtOnce);
    put(json, RankMetric.NDCG_20, ndcg, ndcgToAtOnce);
    return json;
  }

  private static void put(JsonReport json, RankMetric metric, double value, Estimate toAtOnce) {
    String key = metric.key();
    json.put(key, value)
        .put(key + "_difference", toAtOnce.mean())
        .put(key + "_difference_low", toAtOnce.low())
        .put(key + "_difference_high", toAtOnce.high());
  }
}
