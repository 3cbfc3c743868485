package dev.dolmen.trainer.state;

/**
 * An event that extended its session, once its batch has been learned.
 *
 * @param session number of the session, which no other has
 * @param items catalogue indexes of the session, oldest first; longer than what is known of it, and
 *     not to be written to
 * @param last index of this event's item in {@code items}
 * @param nowMs newest event time of the batch, milliseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on for a moment, never compared.
public record StreamClick(long session, int[] items, int last, long nowMs) {
  /** Catalogue index of the item that was clicked. */
  public int item() {
    return items[last];
  }
}
