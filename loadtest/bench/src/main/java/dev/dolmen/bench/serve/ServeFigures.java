package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.trainer.catalog.CatalogOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the servers of one size of shop came to.
 *
 * @param items in the catalog
 * @param rows of the table
 * @param sustainable the highest rate that was held; null if none was
 * @param learning the same while learning; null if none was, or it was not looked for
 * @param start until answers came, and how soon the first ones did
 * @param residentBytes after all of it
 * @param memoryBytes by part, then, as its status says
 * @param recall of the first 20 of an exact scan
 * @param learned when as many clicks were published as it took
 * @param filters by {@link LargeShop#SHARES}
 */
record ServeFigures(
    int items,
    List<Row> rows,
    @Nullable LoadFigures sustainable,
    @Nullable LoadFigures learning,
    Start start,
    long residentBytes,
    Map<String, Long> memoryBytes,
    double recall,
    Learned learned,
    List<Filtered> filters) {
  ServeFigures {
    memoryBytes = Map.copyOf(memoryBytes);
  }

  /**
   * How it began.
   *
   * @param readySeconds from the start of the process to its readiness for events
   * @param firstP99Ms of the first thousand requests
   * @param laterP99Ms of as many at the same rate after all others
   */
  record Start(double readySeconds, double firstP99Ms, double laterP99Ms) {}

  /**
   * Clicks, as many as it took.
   *
   * @param clicksPerSecond learned; NaN if not measured
   * @param pauseMs for which training stood still at once at most for a snapshot, while as many
   *     were learned; NaN if not measured
   */
  record Learned(double clicksPerSecond, double pauseMs) {
    static final Learned NOT_MEASURED = new Learned(Double.NaN, Double.NaN);
  }

  /**
   * A rate.
   *
   * @param what the step was for
   * @param scan how items are found
   * @param ranker what answers: the model or a baseline
   */
  record Row(String what, String scan, String ranker, LoadFigures figures) {
    JsonReport json(int items) {
      return figures.into(
          new JsonReport()
              .put("items", items)
              .put("scan", scan)
              .put("index", CatalogOptions.defaults().index().name().toLowerCase(Locale.ROOT))
              .put("ranker", ranker)
              .put("step", what));
    }
  }

  /**
   * Requests with a filter, one after the other.
   *
   * @param selectivity share of the catalog that passes
   * @param passing items that pass
   * @param ms median time of a request
   * @param filled share of the items asked for that were found, of those that there are
   * @param recall of those that an exact scan finds
   */
  record Filtered(double selectivity, long passing, double ms, double filled, double recall) {
    JsonReport json(int items) {
      return new JsonReport()
          .put("items", items)
          .put("selectivity", selectivity)
          .put("passing", passing)
          .put("ms", ms)
          .put("filled", filled)
          .put("recall", recall);
    }
  }

  /** What a shop's filters came to. */
  static List<Filtered> filters(LargeShop shop, AnswerSample measured, AnswerSample exact) {
    List<Filtered> filters = new ArrayList<>();
    for (int share = 0; share < LargeShop.SHARES.size(); share++) {
      long passing = 0;
      for (int item = 0; item < shop.items(); item++) {
        passing += shop.isLabelled(item, share) ? 1 : 0;
      }
      AnswerSample.Answers answers = measured.filtered().get(share);
      filters.add(
          new Filtered(
              LargeShop.SHARES.get(share),
              passing,
              answers.ms(),
              answers.filled(passing),
              answers.recallOf(exact.filtered().get(share))));
    }
    return filters;
  }

  private static double rate(@Nullable LoadFigures figures) {
    return figures == null ? Double.NaN : figures.answeredPerSecond();
  }

  private static double p99(@Nullable LoadFigures figures) {
    return figures == null ? Double.NaN : figures.p99Ms();
  }

  double sustainablePerSecond() {
    return rate(sustainable);
  }

  double p99MsAtSustainable() {
    return p99(sustainable);
  }

  double learningPerSecond() {
    return rate(learning);
  }

  double p99MsWhileLearning() {
    return p99(learning);
  }
}
