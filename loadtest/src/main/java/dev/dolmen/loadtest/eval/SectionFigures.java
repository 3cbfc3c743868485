package dev.dolmen.loadtest.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes a {@link Section} of what the models answered. */
final class SectionFigures {
  /** Slices by how often the target was learned, in this order. */
  private static final List<String> KNOWN =
      List.of("never", "1 to 5 times", "6 to 20 times", "more often");

  private static final List<String> LENGTHS = List.of("1", "2", "3", "4 to 6", "7 and more");
  private static final List<RankMetric> COMPARED =
      List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20);

  private final Plan plan;
  private final List<Ranking> rankings;
  private final int[] chosen;
  private final int[] clicks;
  private final int candidates;
  private final long seed;

  /**
   * Sets it up.
   *
   * @param chosen numbers of the questions that count
   * @param clicks by item, of all that is learned
   * @param candidates items that could be recommended
   * @param seed of the intervals
   */
  SectionFigures(
      Plan plan, List<Ranking> rankings, int[] chosen, int[] clicks, int candidates, long seed) {
    this.plan = plan;
    this.rankings = rankings;
    this.chosen = chosen;
    this.clicks = clicks;
    this.candidates = candidates;
    this.seed = seed;
  }

  Section section(String key, String title) {
    Units units = plan.windows() > 1 ? windows() : sessions();
    Bootstrap bootstrap = new Bootstrap(units.sums, units.weights, seed);
    List<Section.Model> models = new ArrayList<>();
    List<Section.Difference> differences = new ArrayList<>();
    for (int m = 0; m < rankings.size(); m++) {
      models.add(model(bootstrap, m));
      for (int other = m + 1; other < rankings.size(); other++) {
        differences.addAll(differences(bootstrap, m, other));
      }
    }
    return new Section(
        key,
        title,
        chosen.length,
        units.weights.length,
        plan.windows() > 1 ? "windows" : "sessions",
        models,
        differences,
        slices(),
        plan.windows() > 1 ? curve() : Section.Curve.NONE);
  }

  private Section.Model model(Bootstrap bootstrap, int number) {
    Map<RankMetric, Estimate> metrics = new LinkedHashMap<>();
    for (int k = 0; k < RankMetric.ALL.size(); k++) {
      metrics.put(RankMetric.ALL.get(k), bootstrap.mean(column(number, k)));
    }
    Ranking ranking = rankings.get(number);
    return new Section.Model(
        ranking.model(),
        metrics,
        ranking.top().coverage(candidates),
        ranking.top().popularity(clicks),
        ranking.top().effectiveItems(),
        ranking.learnSeconds(),
        1e6 * ranking.askSeconds() / ranking.runs() / plan.questions().size());
  }

  private List<Section.Difference> differences(Bootstrap bootstrap, int model, int other) {
    return COMPARED.stream()
        .map(metric -> {
          int k = RankMetric.ALL.indexOf(metric);
          return new Section.Difference(
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
    return units(q -> plan.questions().get(q).targetClick().session());
  }

  /** Each window's means count alike, however many questions it has. */
  private Units windows() {
    Units units = units(q -> plan.questions().get(q).window());
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
    for (int question : chosen) {
      places.putIfAbsent(unitOf.apply(question), places.size());
    }
    Units units = new Units(places.size(), rankings.size() * RankMetric.ALL.size());
    for (int question : chosen) {
      int unit = places.getOrDefault(unitOf.apply(question), 0);
      units.weights[unit]++;
      for (int m = 0; m < rankings.size(); m++) {
        for (int k = 0; k < RankMetric.ALL.size(); k++) {
          units.sums[unit][column(m, k)] += rankings.get(m).value(RankMetric.ALL.get(k), question);
        }
      }
    }
    return units;
  }

  private List<Section.Slice> slices() {
    List<Section.Slice> slices = new ArrayList<>();
    slices.addAll(slices("clicks of the target learned", KNOWN, SectionFigures::knownSlice));
    slices.addAll(slices("clicks before the target", LENGTHS, SectionFigures::lengthSlice));
    return slices;
  }

  private static int knownSlice(Question question) {
    int n = question.known();
    return n == 0 ? 0 : n <= 5 ? 1 : n <= 20 ? 2 : 3;
  }

  private static int lengthSlice(Question question) {
    int n = question.target();
    return n <= 3 ? n - 1 : n <= 6 ? 3 : 4;
  }

  private List<Section.Slice> slices(
      String by, List<String> names, Function<Question, Integer> sliceOf) {
    List<Section.Slice> slices = new ArrayList<>();
    for (int s = 0; s < names.size(); s++) {
      int wanted = s;
      int[] in =
          Arrays.stream(chosen)
              .filter(q -> sliceOf.apply(plan.questions().get(q)) == wanted)
              .toArray();
      if (in.length > 0) {
        List<Section.SliceFigures> figures =
            rankings.stream()
                .map(r ->
                    new Section.SliceFigures(
                        r.model(),
                        mean(r, RankMetric.RECALL_20, in),
                        mean(r, RankMetric.MRR_20, in),
                        mean(r, RankMetric.NDCG_20, in)))
                .toList();
        slices.add(new Section.Slice(by, names.get(s), in.length, figures));
      }
    }
    return slices;
  }

  private static double mean(Ranking ranking, RankMetric metric, int[] questions) {
    double sum = 0;
    for (int question : questions) {
      sum += ranking.value(metric, question);
    }
    return sum / questions.length;
  }

  private Section.Curve curve() {
    int[] questions = new int[plan.windows()];
    double[][] recall = new double[rankings.size()][plan.windows()];
    double[][] ndcg = new double[rankings.size()][plan.windows()];
    for (int question : chosen) {
      int window = plan.questions().get(question).window();
      questions[window]++;
      for (int m = 0; m < rankings.size(); m++) {
        recall[m][window] += rankings.get(m).value(RankMetric.RECALL_20, question);
        ndcg[m][window] += rankings.get(m).value(RankMetric.NDCG_20, question);
      }
    }
    for (int m = 0; m < rankings.size(); m++) {
      for (int window = 0; window < questions.length; window++) {
        // A window without questions becomes a gap: 0 / 0.
        recall[m][window] /= questions[window];
        ndcg[m][window] /= questions[window];
      }
    }
    return new Section.Curve(
        plan.windowNames(), Arrays.stream(questions).boxed().toList(), lists(recall), lists(ndcg));
  }

  private static List<List<Double>> lists(double[][] values) {
    return Arrays.stream(values).map(v -> Arrays.stream(v).boxed().toList()).toList();
  }
}
