package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * What is kept of feedback while Kafka is away. What each number can be stands in the constant of
 * its name.
 *
 * @param maxBytes of events that wait at most; 0 keeps none
 * @param maxAgeSec seconds for which it goes on taking some after the first
 */
public record OutageOptions(long maxBytes, long maxAgeSec) {
  public static final WholeRange MAX_BYTES = WholeRange.of(1L << 20, 64L << 30);
  public static final WholeRange MAX_AGE_SEC = WholeRange.of(1, 604_800);

  public OutageOptions {
    if (maxBytes != 0) {
      MAX_BYTES.check("log.outageBuffer.maxBytes", maxBytes);
    }
    MAX_AGE_SEC.check("log.outageBuffer.maxAge", maxAgeSec);
  }

  /** None; an hour where there is some. */
  public static OutageOptions defaults() {
    return new OutageOptions(0, 3_600);
  }
}
