package dev.dolmen.loadtest.drill;

/** What is done to the server or to its events. */
enum DrillKind {
  /** The process is killed at random moments, as {@code kill -9} does. */
  CRASH,
  /** Every event is sent twice, the second time a little later. */
  DUPLICATE,
  /** Events are shuffled within a few seconds. */
  REORDER
}
