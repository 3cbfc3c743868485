package dev.dolmen.server.trace;

/** A part of a call that is worth a span of its own. */
public enum Stage {
  /** From the whole request to its turn on a ranking thread. */
  ADMISSION("dolmen.admission"),
  /** What is known of the visit becomes a query. */
  SESSION("dolmen.session"),
  /** Which items may be in the answer: candidates, exclusions, filters. */
  CANDIDATES("dolmen.candidates"),
  /** The search among them, with what it waits for requests that share its pass. */
  SEARCH("dolmen.search"),
  /** Scores of given items. */
  SCORE("dolmen.score"),
  /** What was found becomes an answer: chances, reasons, the impression. */
  ANSWER("dolmen.answer"),
  /** From the first record that is handed to the feedback log until it holds all of them. */
  LOG_APPEND("dolmen.log.append"),
  /** Until a change that the log holds is applied. */
  APPLY("dolmen.apply");

  private final String spanName;

  Stage(String spanName) {
    this.spanName = spanName;
  }

  /** Name of its span. */
  public String spanName() {
    return spanName;
  }
}
