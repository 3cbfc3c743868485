package dev.dolmen.trainer.log;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * A log that servers elsewhere read, too: nothing that one of them may need is deleted, and nothing
 * by a process that does not lead. Any thread.
 */
public final class SharedLog implements FeedbackLog {
  private final FeedbackLog log;
  private final LongSupplier keptOffset;

  /**
   * @param keptOffset what is behind it is needed; 0 if everything is
   */
  public SharedLog(FeedbackLog log, LongSupplier keptOffset) {
    this.log = log;
    this.keptOffset = keptOffset;
  }

  @Override
  public LogAppend begin(byte[] record) {
    return log.begin(record);
  }

  @Override
  public String notTaking() {
    return log.notTaking();
  }

  @Override
  public LogTailer tailer(long offset) {
    return log.tailer(offset);
  }

  @Override
  public LogTailer tailerOfLast(long records) {
    return log.tailerOfLast(records);
  }

  @Override
  public long lastOffset() {
    return log.lastOffset();
  }

  @Override
  public boolean isFromTheBeginning() {
    return log.isFromTheBeginning();
  }

  @Override
  public long sizeBytes() {
    return log.sizeBytes();
  }

  @Override
  public void force() throws IOException {
    log.force();
  }

  @Override
  public boolean goOnBehind(long offset) throws IOException {
    return log.goOnBehind(offset);
  }

  @Override
  public boolean deleteUpTo(long offset, long keepRecords, long keepBytes) {
    long upTo = Math.min(offset, keptOffset.getAsLong());
    // Event ids are learned again from what is kept, by others as well: whatever its bytes.
    return upTo > 0 && log.deleteUpTo(upTo, keepRecords, Long.MAX_VALUE / 2);
  }

  @Override
  public void close() {
    log.close();
  }
}
