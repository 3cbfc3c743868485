package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What reasons cost in one way of asking.
 *
 * @param what is timed
 * @param rounds of which the figures are medians
 */
record ExplainFigures(String what, List<Round> rounds) {
  /**
   * One round.
   *
   * @param plainUs median of a call without reasons, microseconds
   * @param explainedUs median of the same calls with reasons, in turns with those
   */
  record Round(double plainUs, double explainedUs) {
    double ratio() {
      return explainedUs / plainUs;
    }
  }

  double plainUs() {
    return median(rounds.stream().mapToDouble(Round::plainUs));
  }

  double explainedUs() {
    return median(rounds.stream().mapToDouble(Round::explainedUs));
  }

  /** Median over the rounds of the ratio within a round. */
  double ratio() {
    return median(rounds.stream().mapToDouble(Round::ratio));
  }

  private static double median(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  JsonReport json() {
    return new JsonReport()
        .put("what", what)
        .put("plain_us", plainUs())
        .put("explained_us", explainedUs())
        .put("ratio", ratio());
  }
}
