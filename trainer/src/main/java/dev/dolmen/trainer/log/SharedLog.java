package dev.dolmen.trainer.log;

import java.util.function.LongSupplier;

/**
 * A log that servers elsewhere read, too: nothing that one of them may need is deleted, and nothing
 * by a process that does not lead. Any thread.
 */
public final class SharedLog extends ForwardingLog {
  private final LongSupplier keptOffset;

  /**
   * @param keptOffset what is behind it is needed; 0 if everything is
   */
  public SharedLog(FeedbackLog log, LongSupplier keptOffset) {
    super(log);
    this.keptOffset = keptOffset;
  }

  @Override
  public boolean deleteUpTo(long offset, long keepRecords, long keepBytes) {
    long upTo = Math.min(offset, keptOffset.getAsLong());
    // Event ids are learned again from what is kept, by others as well: whatever its bytes.
    return upTo > 0 && super.deleteUpTo(upTo, keepRecords, Long.MAX_VALUE / 2);
  }
}
