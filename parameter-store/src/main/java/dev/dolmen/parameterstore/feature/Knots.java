package dev.dolmen.parameterstore.feature;

import java.util.Arrays;

/**
 * Knots of one slot at quantiles, as they were at some moment. Nobody writes to the arrays.
 *
 * @param at where they lie, strictly increasing
 * @param fids number of the quantile that each stands for, from 0, increasing
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of arrays, never compared.
record Knots(double[] at, long[] fids) {
  /** No knots: every number is absent. */
  static final Knots NONE = new Knots(new double[0], new long[0]);

  /** Adds the knots next to a finite number; beyond the last, the last. */
  void add(double number, EntryReceiver entries) {
    if (at.length == 0) {
      return;
    }
    int found = Arrays.binarySearch(at, number);
    int above = found >= 0 ? found : -found - 1;
    if (found >= 0 || above == 0) {
      entries.add(fids[Math.max(found, 0)], 1);
    } else if (above == at.length) {
      entries.add(fids[above - 1], 1);
    } else {
      // Halved, as the distance of two finite numbers may not be finite.
      double part = number / 2 - at[above - 1] / 2;
      double whole = at[above] / 2 - at[above - 1] / 2;
      entries.addBetween(fids[above - 1], fids[above], (float) (part / whole));
    }
  }
}
