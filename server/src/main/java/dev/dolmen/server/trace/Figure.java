package dev.dolmen.server.trace;

/** A number that says how much a call was about. */
public enum Figure {
  /** Items that were asked for. */
  K("dolmen.k"),
  /** Items that may be in the answer, if the request names them. */
  CANDIDATES("dolmen.candidates"),
  /** Filters of the request. */
  FILTERS("dolmen.filters"),
  /** Steps of the visit that the query was made of. */
  SESSION_EVENTS("dolmen.session.events"),
  /** Items of the answer. */
  ITEMS("dolmen.items"),
  /** Events or items that were sent. */
  RECORDS("dolmen.records"),
  /** Request messages that have come. */
  MESSAGES("dolmen.messages");

  private final String attribute;

  Figure(String attribute) {
    this.attribute = attribute;
  }

  /** Name of its attribute. */
  public String attribute() {
    return attribute;
  }
}
