package dev.dolmen.server.config;

/**
 * What is done with keys of contexts and items that the schema does not know. An event is lost if
 * it is refused, so that a tracker's new field would cost every click; a caller who asks, or who
 * keeps the catalogue, reads the answer and can mend the name.
 *
 * @param events of the context of events to be learned from
 * @param requests of sessions and items that come with a request for recommendations
 * @param items of items for the catalogue
 */
public record UnknownKeys(Handling events, Handling requests, Handling items) {
  /** What becomes of a key. */
  public enum Handling {
    /** It is left out and counted. */
    DROP,
    /** It is named in an error. */
    REFUSE
  }

  static UnknownKeys read(ConfigSection s) {
    return new UnknownKeys(
        s.choice("events", Handling.DROP),
        s.choice("requests", Handling.REFUSE),
        s.choice("items", Handling.REFUSE));
  }
}
