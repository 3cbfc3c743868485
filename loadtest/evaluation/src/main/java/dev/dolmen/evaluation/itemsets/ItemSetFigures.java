package dev.dolmen.evaluation.itemsets;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.protocol.ItemSetQuestion;
import dev.dolmen.trainer.baseline.ItemScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes models' scores as questions are asked, and makes the figures of slices. */
final class ItemSetFigures {
  private static final List<SetMetric> METRICS = List.of(SetMetric.values());

  private final List<ItemSetQuestion> questions;
  private final List<String> models;
  private final BitSet cold;

  /** By question, then model and metric: means over the runs. */
  private final double[][] values;

  /** By model: cold items recommended, and all, where all items are ranked. */
  private final long[][] shown;

  private final ItemScores scratch = new ItemScores();

  /**
   * Nothing yet.
   *
   * @param cold items of which nothing is learned
   */
  ItemSetFigures(List<ItemSetQuestion> questions, List<String> models, BitSet cold) {
    this.questions = questions;
    this.models = models;
    this.cold = cold;
    values = new double[questions.size()][models.size() * METRICS.size()];
    shown = new long[models.size()][2];
  }

  /**
   * Takes what a model makes of a question, in one of its runs.
   *
   * @param runs how many there are, each of which is taken
   * @param scores by item, negative infinity for none
   */
  void take(int model, int runs, int question, float[] scores) {
    ItemSetQuestion asked = questions.get(question);
    int[] ranks = SetRanks.of(scores, asked.candidates(), asked.relevant());
    for (int k = 0; k < METRICS.size(); k++) {
      values[question][model * METRICS.size() + k] += METRICS.get(k).of(ranks) / runs;
    }
    if (asked.slice() == ItemSetQuestion.Slice.TOTAL) {
      int[] first = SetRanks.first(scores, asked.candidates(), scratch);
      shown[model][0] += Arrays.stream(first).filter(cold::get).count();
      shown[model][1] += first.length;
    }
  }

  /**
   * A slice; without figures if nobody is asked.
   *
   * @param candidates what is ranked, before what users have is removed
   * @param seed of the intervals
   */
  ItemSetResult.Slice slice(ItemSetQuestion.Slice slice, int candidates, long seed) {
    List<double[]> users = new ArrayList<>();
    long targets = 0;
    for (int q = 0; q < values.length; q++) {
      if (questions.get(q).slice() == slice) {
        users.add(values[q]);
        targets += questions.get(q).relevant().cardinality();
      }
    }
    Map<String, Map<SetMetric, Estimate>> figures = new LinkedHashMap<>();
    Map<String, Estimate> ahead = new LinkedHashMap<>();
    if (!users.isEmpty()) {
      double[] weights = new double[users.size()];
      Arrays.fill(weights, 1);
      Bootstrap bootstrap = new Bootstrap(users.toArray(double[][]::new), weights, seed);
      for (int m = 0; m < models.size(); m++) {
        figures.put(models.get(m), figures(bootstrap, m));
        if (m > 0) {
          ahead.put(models.get(m), bootstrap.difference(ndcg(0), ndcg(m)));
        }
      }
    }
    return new ItemSetResult.Slice(
        slice.title(), slice.among(), candidates, users.size(), targets, figures, ahead);
  }

  private static int ndcg(int model) {
    return model * METRICS.size() + METRICS.indexOf(SetMetric.NDCG);
  }

  private static Map<SetMetric, Estimate> figures(Bootstrap bootstrap, int model) {
    Map<SetMetric, Estimate> own = new LinkedHashMap<>();
    for (int k = 0; k < METRICS.size(); k++) {
      own.put(METRICS.get(k), bootstrap.mean(model * METRICS.size() + k));
    }
    return own;
  }

  /** Share of cold items among the targets where all items are ranked. */
  double coldTargets() {
    long all = 0;
    long ofCold = 0;
    for (ItemSetQuestion question : questions) {
      if (question.slice() == ItemSetQuestion.Slice.TOTAL) {
        all += question.relevant().cardinality();
        ofCold += question.relevant().stream().filter(cold::get).count();
      }
    }
    return all == 0 ? 0 : (double) ofCold / all;
  }

  /** By model: share of cold items among those that are recommended there. */
  Map<String, Double> coldShown() {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (int m = 0; m < models.size(); m++) {
      shares.put(models.get(m), shown[m][1] == 0 ? 0 : (double) shown[m][0] / shown[m][1]);
    }
    return shares;
  }
}
