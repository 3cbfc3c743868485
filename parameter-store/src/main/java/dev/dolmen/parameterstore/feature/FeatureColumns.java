package dev.dolmen.parameterstore.feature;

import java.util.Arrays;

/** Columns of {@link Features} being put together, one after the other. */
final class FeatureColumns implements EntryReceiver {
  private final int[] columnStart;
  private int columns;
  private long[] fids = new long[16];
  private float[] weights = new float[16];
  private int entries;

  FeatureColumns(int columns) {
    columnStart = new int[columns + 1];
  }

  @Override
  public void add(long fid, float weight) {
    if (entries == fids.length) {
      fids = Arrays.copyOf(fids, 2 * entries);
      weights = Arrays.copyOf(weights, 2 * entries);
    }
    fids[entries] = fid;
    weights[entries++] = weight;
  }

  /** Adds {@code n} fids, each with weight 1/n. */
  void addMean(long[] values, int n) {
    for (int i = 0; i < n; i++) {
      add(values[i], 1f / n);
    }
  }

  /** Ends the column; one without entries is absent. */
  void end() {
    columnStart[++columns] = entries;
  }

  Features toFeatures(short[][] vectors, SharedArrays shared) {
    if (columns != columnStart.length - 1) {
      throw new IllegalStateException(
          columns + " columns ended, " + (columnStart.length - 1) + " expected");
    }
    return new Features(
        Arrays.copyOf(fids, entries),
        shared.weights(Arrays.copyOf(weights, entries)),
        shared.starts(columnStart),
        vectors);
  }
}
