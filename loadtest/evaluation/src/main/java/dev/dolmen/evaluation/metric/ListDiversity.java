package dev.dolmen.evaluation.metric;

import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * How diverse a list of items is: its Vendi score, the exponential of the Shannon entropy of the
 * eigenvalues of K/n, where K is the matrix of the similarities of its n items (Friedman and Dieng,
 * "The Vendi Score: A Diversity Evaluation Metric for Machine Learning", TMLR 2023, definition
 * 3.1). It is 1 if all are alike and n if none has anything in common with another.
 *
 * <p>Two items are as similar as their metadata: the mean over the columns of kind category, path,
 * tokens and text of the Jaccard index of their values; an item without a value is like itself
 * alone there. That is positive semidefinite with ones on the diagonal, as the score asks, for the
 * Jaccard index is (Bouchard, Jousselme and Doré, "A proof for the positive definiteness of the
 * Jaccard index matrix", IJAR 2013), and so is the identity, and so are means of these.
 */
public final class ListDiversity {
  private static final Set<SlotKind> COMPARED =
      EnumSet.of(SlotKind.CATEGORY, SlotKind.CATEGORY_PATH, SlotKind.TOKENS, SlotKind.TEXT);

  /** Of items of which nothing is known to compare. */
  public static final ListDiversity NONE = new ListDiversity(new long[0][0][0], 0);

  /** Sorted fids by item and column compared. */
  private final long[][][] values;

  private final int columns;

  private ListDiversity(long[][][] values, int columns) {
    this.values = values;
    this.columns = columns;
  }

  /** Of a dataset's items. */
  public ListDiversity(EvalDataset dataset) {
    this(dataset.schema(), dataset.items(), dataset::item);
  }

  public ListDiversity(Schema schema, int items, IntFunction<Item> item) {
    FeatureExtractor features = new FeatureExtractor(schema);
    List<ColumnSpec> all = features.itemColumns();
    int[] compared =
        IntStream.range(0, all.size())
            .filter(c -> COMPARED.contains(schema.slots().get(all.get(c).slot()).kind()))
            .toArray();
    columns = compared.length;
    values = new long[items][columns][];
    for (int i = 0; i < items; i++) {
      values[i] = values(features, item.apply(i), compared);
    }
  }

  /** An item that the schema does not take has no values: the product leaves it out, too. */
  private static long[][] values(FeatureExtractor extractor, Item item, int[] compared) {
    long[][] values = new long[compared.length][0];
    try {
      Features features = extractor.item(item);
      for (int c = 0; c < compared.length; c++) {
        int from = features.columnStart()[compared[c]];
        int to = features.columnStart()[compared[c] + 1];
        values[c] = Arrays.stream(features.fids(), from, to).sorted().distinct().toArray();
      }
    } catch (InvalidFeatureException e) {
      return values;
    }
    return values;
  }

  /** Names of the kernel's columns, to be said. */
  public static List<String> columns(Schema schema) {
    return schema.slots().stream()
        .filter(s -> COMPARED.contains(s.kind()))
        .map(s -> s.name())
        .toList();
  }

  /**
   * The score of a list.
   *
   * @return not a number if there is no metadata to compare, or nothing in the list
   */
  public double vendi(int[] items) {
    int n = items.length;
    if (columns == 0 || n == 0) {
      return Double.NaN;
    }
    RealMatrix kernel = MatrixUtils.createRealMatrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double share = similarity(items[i], items[j]) / n;
        kernel.setEntry(i, j, share);
        kernel.setEntry(j, i, share);
      }
    }
    double entropy = 0;
    for (double value : new EigenDecomposition(kernel).getRealEigenvalues()) {
      entropy -= value > 0 ? value * Math.log(value) : 0;
    }
    return Math.exp(entropy);
  }

  /** From 0 to 1. */
  public double similarity(int item, int other) {
    if (item == other) {
      return 1;
    }
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += jaccard(values[item][c], values[other][c]);
    }
    return sum / columns;
  }

  private static double jaccard(long[] one, long[] other) {
    int both = 0;
    for (int i = 0, j = 0; i < one.length && j < other.length; ) {
      int order = Long.compare(one[i], other[j]);
      both += order == 0 ? 1 : 0;
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return both == 0 ? 0 : (double) both / (one.length + other.length - both);
  }
}
