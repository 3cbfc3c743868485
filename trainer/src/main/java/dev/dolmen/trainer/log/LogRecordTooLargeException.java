package dev.dolmen.trainer.log;

/** A record is larger than the log can ever take: sent again it would be refused again. */
public final class LogRecordTooLargeException extends RuntimeException {
  /**
   * @param bytes of the record
   * @param maxBytes that one may have; 0 if only the broker knows
   */
  public LogRecordTooLargeException(long bytes, long maxBytes) {
    super(
        bytes
            + " bytes as a record of the feedback log, expected "
            + (maxBytes == 0 ? "no more than its topic takes" : maxBytes + " at most"));
  }
}
