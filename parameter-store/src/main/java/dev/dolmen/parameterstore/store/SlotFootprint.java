package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.admission.SlidingOccurrenceFilter;
import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.snapshot.ChangedRows;

/**
 * How many rows a slot takes within its budget, and how its memory is cut. A function of the
 * options alone, so that every implementation, and a replay, makes room for the same rows.
 *
 * <p>Counted are slabs with the maps' own share and the rest of a huge page, the index with every
 * stripe as large as it can be and one being copied, the bits of touched rows and the filter with
 * all panes full. Not counted are copies for snapshots, which the engine bounds.
 *
 * @param maxRows rows at most
 * @param slabRowsLog2 rows of a slab, as a power of two
 * @param filterWindow window of the filter that counts occurrences, if the slot has one
 */
record SlotFootprint(long maxRows, int slabRowsLog2, int filterWindow) {
  /** Window of a slot's filter: four times the rows that the slot may have, within these bounds. */
  private static final int MIN_WINDOW = 1 << 14;

  private static final int MAX_WINDOW = 1 << 21;

  /** A budget's window may be smaller. */
  private static final int MIN_BUDGET_WINDOW = 1 << 10;

  /** Share of a budget that the filter may take. */
  private static final int FILTER_SHARE = 4;

  /** Slabs that a budget has room for, about. */
  private static final int BUDGET_SLABS = 16;

  /** Bits of touched rows, twice, with room to grow, and the out-of-vocabulary row. */
  private static final int FIXED_BYTES = 4096;

  static SlotFootprint of(RowOptions options) {
    int rowBytes = RowDescriptor.of(options).rowBytes();
    long budget = options.maxBytes();
    long slabBytes =
        Math.min(ChronicleRows.SLAB_BYTES, Math.multiplyExact(options.maxRows(), rowBytes));
    int window = Math.clamp(4 * options.maxRows(), MIN_WINDOW, MAX_WINDOW);
    if (budget == 0) {
      return new SlotFootprint(options.maxRows(), log2(slabBytes / rowBytes), window);
    }
    int slabRowsLog2 = log2(Math.min(slabBytes, budget / BUDGET_SLABS) / rowBytes);
    while (window > MIN_BUDGET_WINDOW
        && SlidingOccurrenceFilter.memoryBytesMax(window) > budget / FILTER_SHARE) {
      window /= 2;
    }
    long fewest = 1;
    long most = options.maxRows();
    while (fewest < most) {
      long rows = (fewest + most + 1) / 2;
      boolean fits = bytesMax(options, rows, slabRowsLog2, window) <= budget;
      fewest = fits ? rows : fewest;
      most = fits ? most : rows - 1;
    }
    return new SlotFootprint(fewest, slabRowsLog2, window);
  }

  /** Bytes with all of the rows. */
  long bytesMax(RowOptions options) {
    return bytesMax(options, maxRows, slabRowsLog2, filterWindow);
  }

  private static int log2(long rows) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, rows));
  }

  private static long bytesMax(RowOptions options, long rows, int slabRowsLog2, int window) {
    return ChronicleRows.bytesMax(rows, RowDescriptor.of(options).rowBytes(), slabRowsLog2)
        + RowIndex.bytesMax(rows, options.maxRows())
        + FIXED_BYTES
        + ChangedRows.bytesMax(rows)
        + 4L * TableLayout.headFloats(options)
        + (counts(options) ? SlidingOccurrenceFilter.memoryBytesMax(window) : Long.BYTES);
  }

  private static boolean counts(RowOptions options) {
    return options.admission() instanceof AdmissionOptions.Occurrences counted
        && counted.threshold() > 1;
  }
}
