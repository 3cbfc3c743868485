package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the figures of slices of what all models answered to the plans of a part. */
final class NewItemFigures {
  /** At 10 and 20, with the hit rate first. */
  static final List<RankMetric> METRICS =
      RankMetric.ALL.stream().filter(metric -> metric.cut() >= 10).toList();

  /** Which questions of a plan are in a slice, by number. */
  @FunctionalInterface
  interface Chosen {
    boolean has(Plan plan, int question);
  }

  private final NewItemSettings.Part part;

  /** By plan, then model. */
  private final List<List<Ranking>> answers;

  private final long seed;

  /**
   * Sets it up.
   *
   * @param answers of each plan, by model in the same order
   * @param seed of the intervals
   */
  NewItemFigures(NewItemSettings.Part part, List<List<Ranking>> answers, long seed) {
    this.part = part;
    this.answers = answers;
    this.seed = seed;
  }

  /** A slice, without figures if no question is in it. */
  NewItemResult.Slice slice(String candidates, String name, Chosen chosen) {
    int columns = models() * METRICS.size();
    Map<Long, double[]> units = new LinkedHashMap<>();
    int questions = 0;
    for (int p = 0; p < part.plans().size(); p++) {
      Plan plan = part.plans().get(p);
      for (int q = 0; q < plan.predictions().size(); q++) {
        if (chosen.has(plan, q)) {
          long unit = (long) p << Integer.SIZE | plan.predictions().get(q).targetClick().session();
          add(units.computeIfAbsent(unit, u -> new double[columns + 1]), answers.get(p), q);
          questions++;
        }
      }
    }
    return units.isEmpty()
        ? new NewItemResult.Slice(part.name(), candidates, name, 0, 0, Map.of(), Map.of())
        : slice(candidates, name, questions, new ArrayList<>(units.values()));
  }

  private int models() {
    return answers.getFirst().size();
  }

  /** Adds what a question's rank is worth, by model and metric, and one question in the end. */
  private static void add(double[] unit, List<Ranking> models, int question) {
    int column = 0;
    for (Ranking model : models) {
      for (RankMetric metric : METRICS) {
        unit[column++] += model.value(metric, question);
      }
    }
    unit[column]++;
  }

  private NewItemResult.Slice slice(
      String candidates, String name, int questions, List<double[]> units) {
    double[][] sums = units.toArray(double[][]::new);
    double[] weights = units.stream().mapToDouble(u -> u[u.length - 1]).toArray();
    Bootstrap bootstrap = new Bootstrap(sums, weights, seed);
    Map<String, Map<RankMetric, Estimate>> figures = new LinkedHashMap<>();
    Map<String, Estimate> ahead = new LinkedHashMap<>();
    int recall = METRICS.indexOf(RankMetric.RECALL_20);
    for (int m = 0; m < models(); m++) {
      Map<RankMetric, Estimate> own = new LinkedHashMap<>();
      for (int k = 0; k < METRICS.size(); k++) {
        own.put(METRICS.get(k), bootstrap.mean(m * METRICS.size() + k));
      }
      String model = answers.getFirst().get(m).model();
      figures.put(model, own);
      if (m > 0) {
        ahead.put(model, bootstrap.difference(recall, m * METRICS.size() + recall));
      }
    }
    return new NewItemResult.Slice(
        part.name(), candidates, name, questions, units.size(), figures, ahead);
  }
}
