package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.schema.RowOptions;

/**
 * The layout of a row in memory: where its parts stand, in bytes from the row's address, which is a
 * multiple of 8.
 *
 * <pre>
 *    0  fid (long)
 *    8  sequence (int): odd while the row is written and while the place holds no row; every write
 *       gives the place an even number that it has not had for 2^31 writes
 *   12  last-seen second since 1970, unsigned (int)
 *   16  occurrences (int)
 *   20  weights, dim floats
 *  ...  optimiser state, floats
 *  ...  padding to a multiple of 8
 * </pre>
 *
 * @param dim floats of weight
 * @param stateFloats floats of optimiser state
 */
record RowDescriptor(int dim, int stateFloats) {
  static final int VERSION = 2;

  static final int FID_OFFSET = 0;
  static final int SEQUENCE_OFFSET = 8;
  static final int LAST_SEEN_OFFSET = 12;
  static final int OCCURRENCES_OFFSET = 16;
  static final int WEIGHTS_OFFSET = 20;

  static RowDescriptor of(RowOptions options) {
    return new RowDescriptor(options.dim(), TableLayout.stateFloats(options));
  }

  int stateOffset() {
    return WEIGHTS_OFFSET + 4 * dim;
  }

  /** Weights and state. */
  int floats() {
    return dim + stateFloats;
  }

  /** Bytes of what a snapshot keeps of a row beside its fid: last-seen second to state. */
  int contentBytes() {
    return WEIGHTS_OFFSET - LAST_SEEN_OFFSET + 4 * floats();
  }

  /** Bytes from one row to the next. */
  int rowBytes() {
    return (WEIGHTS_OFFSET + 4 * floats() + 7) & -8;
  }
}
