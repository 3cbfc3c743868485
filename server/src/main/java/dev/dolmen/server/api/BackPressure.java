package dev.dolmen.server.api;

import dev.dolmen.trainer.ingest.Ingest;
import java.time.Duration;

/** Waits on behalf of callers; on virtual threads. */
final class BackPressure {
  /** Records logged between two looks at how far the trainer is behind. */
  static final int EVERY_RECORDS = 256;

  private BackPressure() {}

  /** Returns when the trainer is not too far behind. */
  static void awaitCapacity(Ingest ingest) {
    try {
      ingest.awaitCapacity();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Errors.unavailable("the server is stopping");
    }
  }

  /**
   * Returns when everything up to {@code offset} is applied, or after {@code atMost}: it is logged
   * either way.
   *
   * @return whether it is applied
   */
  static boolean awaitApplied(Ingest ingest, long offset, Duration atMost) {
    try {
      return ingest.awaitApplied(offset, atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
