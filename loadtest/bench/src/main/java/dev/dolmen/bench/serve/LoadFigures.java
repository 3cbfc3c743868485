package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.terminal.JsonReport;

/**
 * What one step of load came to.
 *
 * @param rate requests a second that were offered
 * @param clicks clicks a second that were offered next to them; {@link LoadStep#ALL} for as many as
 *     are taken
 * @param offered requests that were to be sent in the time that counts
 * @param answered those that were answered
 * @param answeredPerSecond of them
 * @param refused those that the server refused for its load
 * @param failed those that ended otherwise, by their deadline say, or found too many without an
 *     answer before them to be sent
 * @param p50Ms of the answered ones, from the intended moment
 * @param p90Ms the same
 * @param p99Ms the same
 * @param lateP99Ms how much later than intended requests were sent
 * @param clicksLearnedPerSecond learned by the server in that time
 */
record LoadFigures(
    double rate,
    double clicks,
    long offered,
    long answered,
    double answeredPerSecond,
    long refused,
    long failed,
    double p50Ms,
    double p90Ms,
    double p99Ms,
    double lateP99Ms,
    double clicksLearnedPerSecond) {
  /** The share of requests that has to be answered. */
  static final double ANSWERED_MIN = 0.99;

  /** Whether the server keeps up with this rate. */
  boolean holds(double p99MsMax) {
    return isAnswered() && p99Ms < p99MsMax;
  }

  /** Whether nearly all requests are answered, however late. */
  boolean isAnswered() {
    return answered > 0 && answered >= ANSWERED_MIN * offered;
  }

  /** Puts the figures of a row of the table. */
  JsonReport into(JsonReport row) {
    return row.put("rate", rate)
        .put("answered_per_second", answeredPerSecond)
        .put("p50_ms", p50Ms)
        .put("p90_ms", p90Ms)
        .put("p99_ms", p99Ms)
        .put("refused", refused)
        .put("failed", failed)
        .put("clicks_offered_per_second", clicks == LoadStep.ALL ? Double.NaN : clicks)
        .put("clicks_learned_per_second", clicksLearnedPerSecond)
        .put("sent_late_p99_ms", lateP99Ms);
  }
}
