package dev.dolmen.bench.serve;

/**
 * What the load process is asked to do next, as JSON in a line.
 *
 * @param rate requests a second, by a Poisson process; 0 for none
 * @param settleSeconds at first, not counted
 * @param seconds counted
 * @param clicks clicks a second published next to the requests; 0 for none, {@link #ALL} for as
 *     many as the server takes
 */
record LoadStep(double rate, double settleSeconds, double seconds, double clicks) {
  /** As many clicks as the server takes. */
  static final double ALL = -1;
}
