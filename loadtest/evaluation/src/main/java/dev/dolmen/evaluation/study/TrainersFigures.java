package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What several trainers came to, next to one that scored the same predictions.
 *
 * @param recall at 20, with an interval over sessions
 * @param mrr at 20, likewise
 * @param recallToOne recall less that of one trainer
 * @param mrrToOne MRR less that of one trainer
 * @param speedup clicks a second over those of one trainer
 */
record TrainersFigures(
    TrainersStudy.Run run,
    Estimate recall,
    Estimate mrr,
    Estimate recallToOne,
    Estimate mrrToOne,
    double speedup) {
  private static final double NANOS_PER_US = 1_000;

  /** Of runs on the same clicks; the first is that of one trainer. */
  static List<TrainersFigures> of(List<TrainersStudy.Run> runs, long seed) {
    TrainersStudy.Run one = runs.getFirst();
    List<TrainersFigures> figures = new ArrayList<>();
    for (TrainersStudy.Run run : runs) {
      figures.add(of(run, one, seed));
    }
    return figures;
  }

  private static TrainersFigures of(TrainersStudy.Run run, TrainersStudy.Run one, long seed) {
    Map<Long, SessionScores.Sums> ofOne = one.scores().bySession();
    Map<Long, SessionScores.Sums> ofRun = run.scores().bySession();
    double[][] units = new double[ofOne.size()][];
    double[] weights = new double[units.length];
    int unit = 0;
    for (Map.Entry<Long, SessionScores.Sums> session : ofOne.entrySet()) {
      SessionScores.Sums a = session.getValue();
      SessionScores.Sums b = ofRun.get(session.getKey());
      if (b == null || b.predictions != a.predictions) {
        throw new IllegalStateException(
            "a session of "
                + a.predictions
                + " predictions by one trainer has "
                + (b == null ? 0 : b.predictions)
                + " by "
                + run.setup().trainers());
      }
      units[unit] = new double[] {a.recall, a.mrr, b.recall, b.mrr};
      weights[unit++] = a.predictions;
    }
    Bootstrap bootstrap = new Bootstrap(units, weights, seed);
    return new TrainersFigures(
        run,
        bootstrap.mean(2),
        bootstrap.mean(3),
        bootstrap.difference(2, 0),
        bootstrap.difference(3, 1),
        run.clicksPerSecond() / one.clicksPerSecond());
  }

  private double bytesPerClick() {
    return (double) run.bytes() / Math.max(1, run.clicks());
  }

  /** Cells of a table. */
  Object[] cells() {
    TrainersStudy.Setup setup = run.setup();
    boolean one = setup.trainers() == 1;
    return new Object[] {
      setup.trainers(),
      one ? "" : String.format(Locale.ROOT, "%,d", setup.exchangeClicks()),
      one ? "" : setup.aggregation().label(),
      one ? "" : setup.summing().label(),
      one ? "" : setup.fault().label(),
      recall.percent(),
      one ? "" : recallToOne.points(2),
      one ? "" : mrrToOne.points(2),
      String.format(
          Locale.ROOT,
          "%.0f + %.0f + %.0f",
          run.deriveNanos() / NANOS_PER_US,
          run.learnNanos() / NANOS_PER_US,
          run.exchangeNanos() / NANOS_PER_US),
      String.format(Locale.ROOT, "%,.0f", run.clicksPerSecond()),
      String.format(Locale.ROOT, "%.2f", speedup),
      one ? "" : String.format(Locale.ROOT, "%,.0f", bytesPerClick())
    };
  }

  JsonReport json() {
    TrainersStudy.Setup setup = run.setup();
    JsonReport json =
        new JsonReport()
            .put("trainers", setup.trainers())
            .put("batch_clicks", setup.batchClicks())
            .put("exchange_every", setup.exchangeClicks())
            .put("aggregate", setup.aggregation().label())
            .put("sum", setup.summing().label())
            .put("fault", setup.fault().label());
    put(json, RankMetric.RECALL_20.key(), recall);
    put(json, RankMetric.MRR_20.key(), mrr);
    put(json, RankMetric.RECALL_20.key() + "_difference", recallToOne);
    put(json, RankMetric.MRR_20.key() + "_difference", mrrToOne);
    return json.put("derive_us_per_click", run.deriveNanos() / NANOS_PER_US)
        .put("learn_us_per_click", run.learnNanos() / NANOS_PER_US)
        .put("exchange_us_per_click", run.exchangeNanos() / NANOS_PER_US)
        .put("clicks_per_second", run.clicksPerSecond())
        .put("speedup", speedup)
        .put("bytes_per_click", bytesPerClick())
        .put("exchanges", run.exchanges())
        .put("refused", run.refused())
        .put("skipped_batches", run.skipped());
  }

  private static void put(JsonReport json, String key, Estimate of) {
    json.put(key, of.mean()).put(key + "_low", of.low()).put(key + "_high", of.high());
  }
}
