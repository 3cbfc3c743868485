package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.optimizer.RowState;
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
 *   20  weights as their storage has it, see {@link WeightCodec}; a multiple of 4 bytes
 *  ...  optimiser state, floats
 *  ...  padding to a multiple of 8
 * </pre>
 *
 * @param weightBytes bytes of weights
 * @param stateFloats floats of optimiser state
 */
record RowDescriptor(int weightBytes, int stateFloats) {
  static final int VERSION = 2;

  static final int FID_OFFSET = 0;
  static final int SEQUENCE_OFFSET = 8;
  static final int LAST_SEEN_OFFSET = 12;
  static final int OCCURRENCES_OFFSET = 16;
  static final int WEIGHTS_OFFSET = 20;

  static RowDescriptor of(RowOptions options) {
    return new RowDescriptor(
        WeightCodec.bytes(options.storage(), options.dim()), RowState.floats(options.segments()));
  }

  /** The row for values without one of their own: its weights are always floats. */
  static RowDescriptor outOfVocabulary(RowOptions options) {
    return new RowDescriptor(4 * options.dim(), RowState.floats(options.segments()));
  }

  int stateOffset() {
    return WEIGHTS_OFFSET + weightBytes;
  }

  /** Bytes of weights and state, a multiple of 4. */
  int learnedBytes() {
    return weightBytes + 4 * stateFloats;
  }

  /** Bytes of what a snapshot keeps of a row beside its fid: last-seen second to state. */
  int contentBytes() {
    return WEIGHTS_OFFSET - LAST_SEEN_OFFSET + learnedBytes();
  }

  /** Bytes from one row to the next. */
  int rowBytes() {
    return (WEIGHTS_OFFSET + learnedBytes() + 7) & -8;
  }
}
