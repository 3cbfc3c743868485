package dev.dolmen.trainer.log;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** A record on its way into a log. Any thread. */
public final class LogAppend {
  /** Waits for an append as long as its log sees fit. */
  interface Patience {
    /**
     * Returns the offset.
     *
     * @throws LogUnavailableException if the record is not known to be in the log by then
     */
    long await(CompletableFuture<Long> append);
  }

  private final CompletableFuture<Long> append;
  private final Patience patience;
  private final boolean isKept;

  private LogAppend(CompletableFuture<Long> append, Patience patience, boolean isKept) {
    this.append = append;
    this.patience = patience;
    this.isKept = isKept;
  }

  /** The log holds it. */
  public static LogAppend done(long offset) {
    return new LogAppend(CompletableFuture.completedFuture(offset), CompletableFuture::join, false);
  }

  /** The log holds it when {@code append} ends; fails with a {@link LogUnavailableException}. */
  static LogAppend pending(CompletableFuture<Long> append, Patience patience) {
    return new LogAppend(append, patience, false);
  }

  /**
   * It is on the local disk, which is enough for {@link #await}: that returns 0 at once. Its place
   * in the log is known when {@code delivered} ends.
   */
  static LogAppend kept(CompletableFuture<Long> delivered) {
    return new LogAppend(delivered, append -> append.getNow(0L), true);
  }

  /** Whether {@link #await} would return or throw at once. */
  public boolean isDone() {
    return isKept || append.isDone();
  }

  /**
   * Returns when the log holds the record.
   *
   * @return its offset; 0 if it is kept on the disk until the log is back
   * @throws LogUnavailableException if that is not known in the log's time. The record may come
   *     into the log yet, in its place; never twice
   * @throws LogRecordTooLargeException if the log can never hold it
   */
  public long await() {
    return patience.await(append);
  }

  /**
   * What to do once it is known: at once if it is, else on a thread of the log, which must not wait
   * for anything.
   *
   * @param held takes the offset if the log holds the record
   * @param failed runs if it does not, or if nobody will find out before the log is opened again
   */
  public void whenKnown(LongConsumer held, Runnable failed) {
    var _ =
        append.whenComplete((offset, failure) -> {
          if (failure == null) {
            held.accept(offset);
          } else {
            failed.run();
          }
        });
  }
}
