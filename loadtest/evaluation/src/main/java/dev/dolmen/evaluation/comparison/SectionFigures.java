package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.ListDiversity;
import dev.dolmen.evaluation.metric.PopularityScale;
import dev.dolmen.evaluation.metric.TopItems;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PredictionSet;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.evaluation.run.RunAnswers;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Makes a {@link ReportSection} of what the models answered. */
final class SectionFigures {
  private static final List<RankMetric> COMPARED =
      List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20);

  private final Plan plan;
  private final List<Ranking> rankings;
  private final int[] chosen;
  private final PredictionSet part;
  private final Population population;
  private final long seed;

  /**
   * What recommendations are measured by.
   *
   * @param clicks by item, of all that is learned
   * @param candidates items that could be recommended
   * @param diversity of lists
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier.
  record Population(int[] clicks, int candidates, ListDiversity diversity) {}

  /**
   * Sets it up.
   *
   * @param part the predictions that count
   * @param seed of the intervals
   */
  SectionFigures(
      Plan plan, List<Ranking> rankings, PredictionSet part, Population population, long seed) {
    this.plan = plan;
    this.rankings = rankings;
    this.part = part;
    this.population = population;
    this.seed = seed;
    chosen = IntStream.range(0, plan.predictions().size()).filter(p -> part.has(plan, p)).toArray();
  }

  ReportSection section(String key, String title) {
    Units units = plan.windows() > 1 ? windows() : sessions();
    Bootstrap bootstrap = new Bootstrap(units.sums, units.weights, seed);
    List<ReportSection.Model> models = new ArrayList<>();
    List<ReportSection.Difference> differences = new ArrayList<>();
    for (int m = 0; m < rankings.size(); m++) {
      models.add(model(bootstrap, m));
      for (int other = m + 1; other < rankings.size(); other++) {
        if (m == 0 || compared(rankings.get(m).model(), rankings.get(other).model())) {
          differences.addAll(differences(bootstrap, m, other));
        }
      }
    }
    return new ReportSection(
        key,
        title,
        plan.reading(),
        chosen.length,
        units.weights.length,
        plan.windows() > 1 ? "windows" : "sessions",
        models,
        differences,
        new SectionSlices(plan, rankings, chosen).slices(),
        plan.windows() > 1 ? SectionCurve.of(plan, rankings, chosen) : ReportSection.Curve.NONE,
        calibrations(),
        targetPopularity(new PopularityScale(population.clicks())));
  }

  /** Of the models that give chances, one for each of {@link RunAnswers#CUTS}. */
  private List<Calibration> calibrations() {
    List<Calibration> all = new ArrayList<>();
    for (int cut = 0; cut < RunAnswers.CUTS.size(); cut++) {
      for (Ranking ranking : rankings) {
        float[] chances = new float[chosen.length];
        boolean[] there = new boolean[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
          chances[i] = ranking.answers().chance(cut, chosen[i]);
          there[i] = ranking.rank(chosen[i]) <= RunAnswers.CUTS.get(cut);
        }
        Calibration calibration =
            Calibration.of(ranking.model(), RunAnswers.CUTS.get(cut), chances, there);
        if (calibration.predictions() > 0) {
          all.add(calibration);
        }
      }
    }
    return all;
  }

  private double targetPopularity(PopularityScale scale) {
    return Arrays.stream(chosen)
        .mapToDouble(p -> scale.place(plan.predictions().get(p).targetClick().item()))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * What lacks one part is compared with the whole, not with what lacks another; but with the first
   * model of the list, whichever it is, all others are, as reports say how far they are from it.
   */
  private static boolean compared(String model, String other) {
    return (!isAblation(model) && !isAblation(other))
        || model.equals(ModelKind.DOLMEN.title())
        || other.equals(ModelKind.DOLMEN.title());
  }

  private static boolean isAblation(String model) {
    ModelKind kind = ModelKind.of(model);
    return kind != null && kind.isAblation();
  }

  private ReportSection.Model model(Bootstrap bootstrap, int number) {
    Map<RankMetric, Estimate> metrics = new LinkedHashMap<>();
    for (int k = 0; k < RankMetric.ALL.size(); k++) {
      metrics.put(RankMetric.ALL.get(k), bootstrap.mean(column(number, k)));
    }
    Ranking ranking = rankings.get(number);
    RunCost cost = ranking.cost();
    return new ReportSection.Model(
        ranking.model(),
        metrics,
        bySeed(ranking),
        recommended(ranking.answers().top(part)),
        cost,
        1e6 * cost.askSeconds() / plan.predictions().size());
  }

  private ReportSection.Recommended recommended(TopItems top) {
    PopularityScale scale = new PopularityScale(population.clicks());
    double popularity = top.popularity(scale);
    return new ReportSection.Recommended(
        top.coverage(population.candidates()),
        popularity,
        popularity - targetPopularity(scale),
        top.vendi(population.diversity()),
        top.effectiveItems());
  }

  /** Means over the predictions, by metric and run; windows of a stream count alike. */
  private Map<RankMetric, List<Double>> bySeed(Ranking ranking) {
    Map<RankMetric, List<Double>> means = new LinkedHashMap<>();
    for (RankMetric metric : COMPARED) {
      List<Double> ofRuns = new ArrayList<>();
      for (int r = 0; r < ranking.runs(); r++) {
        int run = r;
        ofRuns.add(mean(p -> ranking.value(metric, p, run)));
      }
      means.put(metric, ofRuns);
    }
    return means;
  }

  private double mean(IntToDoubleFunction value) {
    double[] sums = new double[plan.windows()];
    int[] predictions = new int[plan.windows()];
    for (int prediction : chosen) {
      int window = plan.predictions().get(prediction).window();
      sums[window] += value.applyAsDouble(prediction);
      predictions[window]++;
    }
    return IntStream.range(0, sums.length)
        .filter(w -> predictions[w] > 0)
        .mapToDouble(w -> sums[w] / predictions[w])
        .average()
        .orElse(Double.NaN);
  }

  private List<ReportSection.Difference> differences(Bootstrap bootstrap, int model, int other) {
    return COMPARED.stream()
        .map(metric -> {
          int k = RankMetric.ALL.indexOf(metric);
          return new ReportSection.Difference(
              rankings.get(model).model(),
              rankings.get(other).model(),
              metric,
              bootstrap.difference(column(model, k), column(other, k)));
        })
        .toList();
  }

  private static int column(int model, int metric) {
    return model * RankMetric.ALL.size() + metric;
  }

  /** What is drawn: sums of each unit by model and metric, and what they are divided by. */
  private static final class Units {
    final double[][] sums;
    final double[] weights;

    Units(int units, int columns) {
      sums = new double[units][columns];
      weights = new double[units];
    }
  }

  private Units sessions() {
    return units(p -> plan.predictions().get(p).targetClick().session());
  }

  /** Each window's means count alike, however many predictions it has. */
  private Units windows() {
    Units units = units(p -> plan.predictions().get(p).window());
    for (int u = 0; u < units.weights.length; u++) {
      for (int c = 0; c < units.sums[u].length; c++) {
        units.sums[u][c] /= units.weights[u];
      }
    }
    Arrays.fill(units.weights, 1);
    return units;
  }

  private Units units(Function<Integer, Integer> unitOf) {
    Map<Integer, Integer> places = new LinkedHashMap<>();
    for (int prediction : chosen) {
      places.putIfAbsent(unitOf.apply(prediction), places.size());
    }
    Units units = new Units(places.size(), rankings.size() * RankMetric.ALL.size());
    for (int prediction : chosen) {
      int unit = places.getOrDefault(unitOf.apply(prediction), 0);
      units.weights[unit]++;
      for (int m = 0; m < rankings.size(); m++) {
        for (int k = 0; k < RankMetric.ALL.size(); k++) {
          units.sums[unit][column(m, k)] +=
              rankings.get(m).value(RankMetric.ALL.get(k), prediction);
        }
      }
    }
    return units;
  }
}
