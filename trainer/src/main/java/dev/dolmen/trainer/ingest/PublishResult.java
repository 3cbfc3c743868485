package dev.dolmen.trainer.ingest;

/**
 * What became of a published event.
 *
 * @param status whether it was logged
 * @param offset its place in the log; a duplicate's is that of the event that was accepted
 */
public record PublishResult(Status status, long offset) {
  /** Whether an event was logged. */
  public enum Status {
    /** The log holds it. */
    ACCEPTED,
    /** An event of the same id was accepted before. */
    DUPLICATE
  }
}
