package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.terminal.JsonReport;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the turns of one server came to.
 *
 * @param flags of its JVM
 * @param turns one a round
 */
record JvmFigures(List<String> flags, List<Turn> turns) {
  /**
   * A server from its start to its end.
   *
   * @param readySeconds from the start of the process until it takes feedback
   * @param first the first requests that it ever had
   * @param later requests at the same rate, when it had run for a while
   * @param residentBytes at the end
   */
  record Turn(double readySeconds, LoadFigures first, LoadFigures later, long residentBytes) {}

  double median(ToDoubleFunction<Turn> figure) {
    double[] sorted = turns.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Median over the rounds of what it took to what another took in the same round. */
  double ratio(JvmFigures other, ToDoubleFunction<Turn> figure) {
    double[] ratios = new double[turns.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(turns.get(i)) / figure.applyAsDouble(other.turns.get(i));
    }
    Arrays.sort(ratios);
    int middle = ratios.length / 2;
    return ratios.length % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
  }

  JsonReport json(JvmFigures first) {
    return new JsonReport()
        .put("flags", String.join(" ", flags))
        .put("rounds", turns.size())
        .put("ready_s", median(Turn::readySeconds))
        .put("first_p99_ms", median(t -> t.first().p99Ms()))
        .put("p50_ms", median(t -> t.later().p50Ms()))
        .put("p90_ms", median(t -> t.later().p90Ms()))
        .put("p99_ms", median(t -> t.later().p99Ms()))
        .put("p99_to_first_flags", ratio(first, t -> t.later().p99Ms()))
        .put("answered_per_second", median(t -> t.later().answeredPerSecond()))
        .put("refused", median(t -> t.later().refused()))
        .put("failed", median(t -> t.later().failed()))
        .put("resident_bytes", median(Turn::residentBytes));
  }
}
