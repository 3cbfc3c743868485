package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.List;
import java.util.Locale;

/**
 * What a drill found.
 *
 * @param runs starts of the server
 * @param acknowledged events
 * @param lost of them that the log does not hold
 * @param learnedTwice events that the log holds, or that training counted, more than once
 * @param stateHashEqual whether what was learned equals what a run that never stopped learns
 * @param timeFits whether event time, and what waits by it, is what the events tell
 * @param readyMs milliseconds from each start of the process until it acknowledged an event again,
 *     and of the first start until it said that it was ready; ascending
 */
record DrillResult(
    DrillKind kind,
    int runs,
    int acknowledged,
    long lost,
    long learnedTwice,
    boolean stateHashEqual,
    boolean timeFits,
    List<Long> readyMs) {

  boolean passed() {
    return lost == 0 && learnedTwice == 0 && stateHashEqual && timeFits;
  }

  private long readyP50() {
    return readyMs.get(readyMs.size() / 2);
  }

  String text() {
    TextTable table =
        new TextTable(
            "drill",
            "runs",
            "acknowledged",
            "lost",
            "learned twice",
            "state",
            "time",
            "ready ms p50",
            "ready ms max");
    table.row(
        kind.label(),
        Integer.toString(runs),
        String.format(Locale.ROOT, "%,d", acknowledged),
        Long.toString(lost),
        Long.toString(learnedTwice),
        stateHashEqual ? "equal" : "DIFFERENT",
        timeFits ? "fits" : "MOVED",
        Long.toString(readyP50()),
        Long.toString(readyMs.getLast()));
    return table.text();
  }

  JsonReport json() {
    return new JsonReport()
        .put("drill", kind.label())
        .put("runs", runs)
        .put("acknowledged", acknowledged)
        .put("lost", lost)
        .put("learned_twice", learnedTwice)
        .put("state_hash_equal", stateHashEqual)
        .put("time_fits", timeFits)
        .put("ready_ms_p50", readyP50())
        .put("ready_ms_max", readyMs.getLast());
  }
}
