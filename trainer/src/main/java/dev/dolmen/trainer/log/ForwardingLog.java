package dev.dolmen.trainer.log;

import java.io.IOException;

/** A log that is another one but for what a subclass says. */
public abstract class ForwardingLog implements FeedbackLog {
  private final FeedbackLog log;

  /**
   * @param log closed with this
   */
  protected ForwardingLog(FeedbackLog log) {
    this.log = log;
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
    return log.deleteUpTo(offset, keepRecords, keepBytes);
  }

  @Override
  public void close() {
    log.close();
  }
}
