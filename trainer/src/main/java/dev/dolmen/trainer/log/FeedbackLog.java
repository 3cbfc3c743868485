package dev.dolmen.trainer.log;

import java.io.Closeable;
import java.io.IOException;

/**
 * An append-only log of records. Offsets are above 0 and grow with every record, not always by one;
 * 0 stands for "before the first record".
 */
public interface FeedbackLog extends Closeable {
  /**
   * Begins to append a record, behind all that were begun before. Those who have several let them
   * share the way to the log: they begin all, then wait. Any thread.
   *
   * @param record 1 byte or more; not changed any more
   * @throws LogUnavailableException if the log cannot take it now; it was not, and will not be
   *     appended
   * @throws LogRecordTooLargeException if it never can
   */
  LogAppend begin(byte[] record);

  /**
   * Why {@link #begin} refuses records now; empty while it takes them. It finds out by itself that
   * a reason has gone, as nobody may send anything meanwhile. Any thread.
   */
  String notTaking();

  /** Reads from the first record after {@code offset} on. Any thread; the tailer has one. */
  LogTailer tailer(long offset);

  /** Reads from the {@code records}-th last record on, or from the first if there are fewer. */
  LogTailer tailerOfLast(long records);

  /** Offset of the last record, or 0. Any thread. */
  long lastOffset();

  /** Whether nothing was ever deleted from its beginning. Any thread. */
  boolean isFromTheBeginning();

  /** Bytes that the records kept take on disk, to a share of a percent or so. Any thread. */
  long sizeBytes();

  /**
   * Makes durable what was appended before the call, where the log does not do so by itself. Any
   * thread; nobody who appends waits for it.
   *
   * @throws IOException if it cannot
   */
  void force() throws IOException;

  /**
   * Goes on behind an offset that is beyond the log's end, as a power cut took records which a
   * snapshot has learned: no record will have an offset up to it again, and a reader from it on
   * finds what is appended next. Before anything is appended.
   *
   * @return false if this log cannot lose records so, or holds some that can be read behind a hole
   * @throws IOException if it cannot be noted
   */
  boolean goOnBehind(long offset) throws IOException;

  /**
   * Deletes from the beginning, as far as the log's pieces allow, records that are at or before
   * {@code offset} and not among the last {@code keepRecords}, as far as these take {@code
   * keepBytes}. The record at {@code offset} itself may stay, so that a tailer finds its place.
   *
   * @param offset of a record, or 0
   * @param keepBytes what is kept for the number of records alone, about, to the size of a piece
   * @return whether anything was deleted
   */
  boolean deleteUpTo(long offset, long keepRecords, long keepBytes);

  @Override
  void close();
}
