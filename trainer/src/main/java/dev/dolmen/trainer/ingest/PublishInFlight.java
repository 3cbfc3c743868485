package dev.dolmen.trainer.ingest;

import dev.dolmen.trainer.log.LogAppend;

/** A published event on its way into the log. Any thread. */
public final class PublishInFlight {
  private final LogAppend append;
  private final boolean duplicate;

  private PublishInFlight(LogAppend append, boolean duplicate) {
    this.append = append;
    this.duplicate = duplicate;
  }

  static PublishInFlight accepted(LogAppend append) {
    return new PublishInFlight(append, false);
  }

  /** The same event was logged before, at this offset. */
  static PublishInFlight duplicateAt(long offset) {
    return new PublishInFlight(LogAppend.done(offset), true);
  }

  /** The same event is on its way already. */
  static PublishInFlight duplicateOf(LogAppend append) {
    return new PublishInFlight(append, true);
  }

  /** Whether {@link #await} would return or throw at once. */
  public boolean isDone() {
    return append.isDone();
  }

  /**
   * Returns when the log holds the event.
   *
   * @throws dev.dolmen.trainer.log.LogUnavailableException if that is not known in the log's time:
   *     published again, it is logged once in any case
   */
  public PublishResult await() {
    long offset = append.await();
    return new PublishResult(
        duplicate ? PublishResult.Status.DUPLICATE : PublishResult.Status.ACCEPTED, offset);
  }
}
