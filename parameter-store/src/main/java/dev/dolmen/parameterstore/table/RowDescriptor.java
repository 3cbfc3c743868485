package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.schema.RowOptions;

/**
 * The layout of a row in memory: where its parts stand, in bytes from the row's address, which is a
 * multiple of 8.
 *
 * <pre>
 *   -8  fid, the key of Chronicle Map's entry, which stands right before its value
 *    0  sequence (long): odd while the row is written and after it has ended; every write gives it a
 *       number that the slot's table has never given before
 *    8  last-seen second since 1970, unsigned (int)
 *   12  occurrences (int)
 *   16  weights, dim floats
 *  ...  optimiser state, floats
 *  ...  padding
 *  ...  the row's number (int), up to a multiple of 8; the writer's alone, not in snapshots
 * </pre>
 *
 * @param dim floats of weight
 * @param stateFloats floats of optimiser state
 */
record RowDescriptor(int dim, int stateFloats) {
  static final int VERSION = 1;

  static final int FID_OFFSET = -8;
  static final int SEQUENCE_OFFSET = 0;
  static final int LAST_SEEN_OFFSET = 8;
  static final int OCCURRENCES_OFFSET = 12;
  static final int WEIGHTS_OFFSET = 16;

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

  /** Bytes from the row's address to its end: the value of an entry. */
  int valueBytes() {
    return (WEIGHTS_OFFSET + 4 * floats() + 4 + 7) & -8;
  }

  /** Where the row's number stands. */
  int numberOffset() {
    return valueBytes() - 4;
  }

  /** Bytes of the row with its fid. */
  int rowBytes() {
    return valueBytes() - FID_OFFSET;
  }
}
