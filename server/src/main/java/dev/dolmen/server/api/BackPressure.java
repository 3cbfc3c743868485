package dev.dolmen.server.api;

import dev.dolmen.trainer.ingest.Ingest;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;

/** Waits on behalf of callers; on virtual threads. */
final class BackPressure {
  /** Records logged between two looks at how far the trainer is behind. */
  static final int EVERY_RECORDS = 256;

  /** Between two looks at whether the caller still waits. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private BackPressure() {}

  /**
   * Returns when the trainer is not too far behind, for a stream: its caller is to wait, for as
   * long as it stays.
   */
  static void awaitCapacity(Ingest ingest) {
    awaitCapacity(ingest, Duration.ofNanos(Long.MAX_VALUE));
  }

  /**
   * Returns when the trainer is not too far behind. Throws UNAVAILABLE if that takes too long, and
   * CANCELLED if this thread's call is cancelled meanwhile.
   *
   * @param atMost how long a caller waits that has set no deadline of its own
   */
  static void awaitCapacity(Ingest ingest, Duration atMost) {
    boolean ownDeadline = Context.current().getDeadline() != null;
    long left = ownDeadline ? Long.MAX_VALUE : atMost.toNanos();
    try {
      while (!ingest.awaitCapacity(LOOK_EVERY)) {
        if (Context.current().isCancelled()) {
          throw Status.CANCELLED.withDescription("the caller has gone").asRuntimeException();
        }
        left -= LOOK_EVERY.toNanos();
        if (left <= 0) {
          throw Errors.unavailable(
              "the trainer did not catch up within server.limits.request_timeout, "
                  + atMost.toMillis()
                  + " ms");
        }
      }
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
