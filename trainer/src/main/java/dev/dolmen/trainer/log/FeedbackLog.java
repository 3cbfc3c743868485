package dev.dolmen.trainer.log;

import java.io.Closeable;

/**
 * An append-only log of records. Offsets are above 0 and grow with every record, not always by one;
 * 0 stands for "before the first record".
 */
public interface FeedbackLog extends Closeable {
  /**
   * Appends a record. When this returns, the log holds it. Any thread.
   *
   * @return its offset
   * @throws LogUnavailableException if the log cannot take it now; nothing was appended
   */
  long append(byte[] record);

  /** Reads from the first record after {@code offset} on. Any thread; the tailer has one. */
  LogTailer tailer(long offset);

  /** Reads from the {@code records}-th last record on, or from the first if there are fewer. */
  LogTailer tailerOfLast(long records);

  /** Offset of the last record, or 0. Any thread. */
  long lastOffset();

  /** Whether nothing was ever deleted from its beginning. Any thread. */
  boolean isFromTheBeginning();

  /** Bytes on disk. Any thread. */
  long sizeBytes();

  /**
   * Deletes whole files of which every record is at or before {@code offset} and not among the last
   * {@code keepRecords} records.
   *
   * @return files deleted
   */
  int deleteUpTo(long offset, long keepRecords);

  @Override
  void close();
}
