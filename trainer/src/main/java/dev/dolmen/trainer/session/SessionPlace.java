package dev.dolmen.trainer.session;

import org.jspecify.annotations.Nullable;

/**
 * Where an event stands among those of its session, in event time.
 *
 * @param before the session's events before it, or null if there is none
 * @param order whether others of the session came before it that happened after it
 */
public record SessionPlace(@Nullable SessionHistory before, Order order) {
  /** How an event came. */
  public enum Order {
    /** It is the newest of its session. */
    LAST,
    /** It came late and was put between those of its session. */
    BETWEEN,
    /**
     * It came so late that it is older than all that is kept of the session, or of a visit that had
     * ended when this one began: the session goes on without it.
     */
    APART
  }
}
