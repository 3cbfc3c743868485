package dev.dolmen.trainer.sync;

import dev.dolmen.v1.NumberFormat;

/** What vectors, priors and dense parameters are sent as. Embedding rows are always sent whole. */
public enum SyncFormat {
  /** As they are: servers hold what the trainer holds, to the bit. */
  FP32(NumberFormat.NUMBER_FORMAT_FP32),
  /** The upper half of each float, rounded. */
  BF16(NumberFormat.NUMBER_FORMAT_BF16),
  /** Vectors as bytes with a scale each, dense parameters as in bf16. */
  INT8(NumberFormat.NUMBER_FORMAT_INT8);

  private final NumberFormat message;

  SyncFormat(NumberFormat message) {
    this.message = message;
  }

  NumberFormat message() {
    return message;
  }

  /**
   * The format of a message.
   *
   * @throws IllegalArgumentException if this program does not know it
   */
  static SyncFormat of(NumberFormat message) {
    for (SyncFormat format : values()) {
      if (format.message == message) {
        return format;
      }
    }
    throw new IllegalArgumentException("format " + message + ", expected one that is known");
  }

  /** Format of dense parameters, where a scale for all of them would be too coarse. */
  SyncFormat ofDense() {
    return this == INT8 ? BF16 : this;
  }
}
