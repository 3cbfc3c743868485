package dev.dolmen.evaluation.study;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.Locale;

/**
 * What serving with parameters synced at one interval came to.
 *
 * @param name of the interval
 * @param intervalSec seconds of event time between two syncs; 0 at once, not a number for never
 * @param syncs done
 * @param hitRate share of the predictions that are among the first 20
 * @param ndcg of the predictions, cut at 20
 * @param there share of the predictions whose item was there at the last sync
 * @param knownHitRate hit rate of those whose item was there before the stream
 * @param hitRateInterval of the difference of hit rates to serving at once
 * @param ndcgInterval of the difference of NDCG to serving at once
 */
record SyncFigures(
    String name,
    double intervalSec,
    long syncs,
    double hitRate,
    double ndcg,
    double there,
    double knownHitRate,
    PairedBootstrap.Interval hitRateInterval,
    PairedBootstrap.Interval ndcgInterval) {

  /** From the sums of one copy, beside those of serving at once. */
  static SyncFigures of(
      String name, double intervalSec, long syncs, HourSums sums, HourSums atOnce, long seed) {
    double[] n = sums.hourly(HourSums.Of.PREDICTIONS);
    return new SyncFigures(
        name,
        intervalSec,
        syncs,
        sums.share(HourSums.Of.HITS, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.GAIN, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.THERE, HourSums.Of.PREDICTIONS),
        sums.share(HourSums.Of.KNOWN_HITS, HourSums.Of.KNOWN),
        PairedBootstrap.difference(
            sums.hourly(HourSums.Of.HITS), atOnce.hourly(HourSums.Of.HITS), n, seed),
        PairedBootstrap.difference(
            sums.hourly(HourSums.Of.GAIN), atOnce.hourly(HourSums.Of.GAIN), n, seed));
  }

  boolean atOnce() {
    return intervalSec == 0;
  }

  /** Cells of a table, after the name. */
  Object[] cells(SyncFigures best) {
    return new Object[] {
      name,
      String.format(Locale.ROOT, "%,d", syncs),
      percent(hitRate),
      atOnce() ? "" : difference(hitRate - best.hitRate, hitRateInterval),
      percent(ndcg),
      atOnce() ? "" : difference(ndcg - best.ndcg, ndcgInterval),
      percent(there),
      percent(knownHitRate)
    };
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private static String difference(double by, PairedBootstrap.Interval interval) {
    return String.format(
        Locale.ROOT, "%+.2f [%+.2f, %+.2f]", 100 * by, 100 * interval.low(), 100 * interval.high());
  }

  JsonReport json(SyncFigures best) {
    return new JsonReport()
        .put("sync", name)
        .put("interval_seconds", intervalSec)
        .put("syncs", syncs)
        .put("hr_at_20", hitRate)
        .put("hr_at_20_difference", hitRate - best.hitRate)
        .put("hr_at_20_difference_low", hitRateInterval.low())
        .put("hr_at_20_difference_high", hitRateInterval.high())
        .put("ndcg_at_20", ndcg)
        .put("ndcg_at_20_difference", ndcg - best.ndcg)
        .put("ndcg_at_20_difference_low", ndcgInterval.low())
        .put("ndcg_at_20_difference_high", ndcgInterval.high())
        .put("item_coverage", there)
        .put("hr_at_20_known_items", knownHitRate);
  }
}
