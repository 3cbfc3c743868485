package dev.dolmen.evaluation.exchange;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Rules that make one change of what several trainers have changed. */
public enum Aggregation {
  /** The mean, by the predictions that each rests on. */
  MEAN,
  /** The median of each number. */
  MEDIAN,
  /** The mean of each number without the smallest and the largest; of two, the mean. */
  TRIMMED,
  /** The mean of equally long changes, in what most have in common; see {@link FlagWeights}. */
  FLAG,
  /**
   * The mean, with changes no longer than twice the median of all, and those that come late
   * counting less by the root of the exchanges since: the polynomial weights of Xie et al.
   * ("Asynchronous Federated Optimization", 2019, section 5), with a = 0.5.
   */
  BOUNDED;

  private static final double[] NO_LIMITS = {};
  private static final double STALENESS_POWER = 0.5;
  private static final double LIMIT = 2;

  /** As options name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * For one exchange.
   *
   * @param arrived one or more, all finite
   * @param round of the exchange
   * @param groups which of them changed which rows, by slot
   */
  Combiner combiner(List<Contribution> arrived, long round, List<RowGroups> groups) {
    double[] counts = arrived.stream().mapToDouble(Contribution::weight).toArray();
    return switch (this) {
      case MEAN -> new WeightedCombiner(counts, counts, NO_LIMITS);
      case MEDIAN -> new CoordinateCombiner(true, arrived.size());
      case TRIMMED -> new CoordinateCombiner(false, arrived.size());
      case FLAG -> {
        double[] equal = new double[arrived.size()];
        Arrays.fill(equal, 1.0 / equal.length);
        yield new WeightedCombiner(FlagWeights.of(products(arrived, groups)), equal, NO_LIMITS);
      }
      case BOUNDED -> {
        double[] factors = counts.clone();
        for (int i = 0; i < factors.length; i++) {
          long late = round - arrived.get(i).round();
          factors[i] *= Math.pow(late + 1.0, -STALENESS_POWER);
        }
        yield new WeightedCombiner(factors, counts, limits(arrived));
      }
    };
  }

  private static double[][] products(List<Contribution> arrived, List<RowGroups> groups) {
    double[][] products = new double[arrived.size()][arrived.size()];
    Block block = new Block(arrived.size());
    dense(arrived, block);
    addProducts(block, products);
    for (RowGroups slot : groups) {
      for (int group = 0; group < slot.size(); group++) {
        slot.read(group, block);
        addProducts(block, products);
      }
    }
    return products;
  }

  private static void addProducts(Block block, double[][] products) {
    for (int i = 0; i < block.n; i++) {
      for (int j = 0; j < block.n; j++) {
        products[block.who[i]][block.who[j]] += block.dot(i, j);
      }
    }
  }

  /** Names the changes of the dense parameters. */
  static void dense(List<Contribution> arrived, Block block) {
    block.slot = Block.DENSE;
    block.length = arrived.getFirst().dense().length;
    block.n = 0;
    for (int c = 0; c < arrived.size(); c++) {
      block.add(c, arrived.get(c).dense(), 0);
    }
  }

  /**
   * Of dense parameters and of the rows of each slot: twice the median, of two the smaller one, of
   * the norms of all contributions; of rows the norm of a contribution is that of its row that has
   * changed most.
   */
  private static double[] limits(List<Contribution> arrived) {
    int slots = arrived.getFirst().rows().size();
    double[] limits = new double[1 + slots];
    for (int part = 0; part <= slots; part++) {
      int of = part;
      double[] norms =
          arrived.stream()
              .mapToDouble(
                  c -> of == 0 ? norm(c.dense(), 0, c.dense().length) : most(c.rows().get(of - 1)))
              .sorted()
              .toArray();
      limits[part] = LIMIT * norms[(norms.length - 1) / 2];
    }
    return limits;
  }

  private static double most(RowChanges rows) {
    double most = 0;
    for (int i = 0; i < rows.size(); i++) {
      most = Math.max(most, norm(rows.changes(), i * rows.dim(), rows.dim()));
    }
    return most;
  }

  private static double norm(float[] numbers, int from, int n) {
    double squares = 0;
    for (int i = from; i < from + n; i++) {
      squares += (double) numbers[i] * numbers[i];
    }
    return Math.sqrt(squares);
  }
}
