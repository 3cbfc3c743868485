package dev.dolmen.evaluation.exchange;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes one change of the contributions that have arrived for an exchange: a function of them
 * alone, in the order in which they are given, so that trainers that read the same contributions
 * come to the same parameters, whoever computes it. A contribution with a number that is not finite
 * is refused as a whole, whatever the rule: one such number would be everybody's.
 *
 * <p>A row that one trainer alone has changed takes its change: there is nobody to compare it with.
 */
public final class ParameterExchange {
  private final Aggregation aggregation;
  private final Summing summing;

  /**
   * What all go on from.
   *
   * @param dense change of each dense parameter
   * @param rows changes by slot, of all rows that a contribution has changed
   * @param refused contributions with numbers that are not finite
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
  public record Merged(float[] dense, List<RowChanges> rows, int refused) {
    public Merged {
      rows = List.copyOf(rows);
    }
  }

  /**
   * @param summing where what the rule gives, which is the mean or stands for it, is multiplied by
   *     the trainers that have changed the numbers
   */
  public ParameterExchange(Aggregation aggregation, Summing summing) {
    this.aggregation = aggregation;
    this.summing = summing;
  }

  /**
   * Merges.
   *
   * @param arrived one or more, 64 at most, of one shape
   * @param round of the exchange; contributions for earlier ones come late
   * @throws IllegalArgumentException if there are none, or too many
   */
  public Merged merge(List<Contribution> arrived, long round) {
    if (arrived.isEmpty() || arrived.size() > Long.SIZE) {
      throw new IllegalArgumentException(
          arrived.size() + " contributions, expected 1 to " + Long.SIZE);
    }
    List<Contribution> finite = arrived.stream().filter(Contribution::isFinite).toList();
    Contribution shape = arrived.getFirst();
    float[] dense = new float[shape.dense().length];
    List<RowChanges> rows = new ArrayList<>();
    if (finite.isEmpty()) {
      shape.rows().forEach(slot -> rows.add(RowChanges.none(slot.dim())));
      return new Merged(dense, rows, arrived.size());
    }
    List<RowGroups> groups = new ArrayList<>();
    for (int slot = 0; slot < shape.rows().size(); slot++) {
      groups.add(new RowGroups(slot, finite));
    }
    Combiner combiner = aggregation.combiner(finite, round, groups);
    Block block = new Block(finite.size());
    Aggregation.dense(finite, block);
    combiner.combine(block, dense);
    multiply(dense, summing == Summing.ALL ? block.n : 1);
    groups.forEach(slot -> rows.add(merge(slot, combiner, block)));
    return new Merged(dense, rows, arrived.size() - finite.size());
  }

  private RowChanges merge(RowGroups groups, Combiner combiner, Block block) {
    int dim = groups.dim();
    float[] all = new float[groups.size() * dim];
    float[] one = new float[dim];
    for (int group = 0; group < groups.size(); group++) {
      groups.read(group, block);
      combiner.combine(block, one);
      multiply(one, summing == Summing.NONE ? 1 : block.n);
      System.arraycopy(one, 0, all, group * dim, dim);
    }
    return new RowChanges(dim, groups.fids(), all);
  }

  private static void multiply(float[] numbers, int by) {
    for (int i = 0; by > 1 && i < numbers.length; i++) {
      numbers[i] *= by;
    }
  }
}
