package dev.dolmen.traffic.generator;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load run measured, the warm-up left out.
 *
 * @param seconds length without the warm-up
 * @param recommend requests for recommendations
 * @param publish clicks published
 */
public record LoadResult(LoadOptions options, double seconds, Kind recommend, Kind publish) {
  /**
   * Figures of one kind of call.
   *
   * @param sent calls sent
   * @param answered calls answered without an error
   * @param notSent calls that found too many others without an answer
   * @param errors failed calls by gRPC status
   * @param latency of answered calls from their intended send time, microseconds
   */
  public record Kind(
      long sent, long answered, long notSent, Map<String, Long> errors, Histogram latency) {
    /** Failed calls. */
    public long failed() {
      return errors.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** As an object for the report. */
  public JsonReport json() {
    return new JsonReport()
        .put("rate", options.rate())
        .put("seconds", seconds)
        .put("calls_per_second", (recommend.answered() + publish.answered()) / seconds)
        .put("latency_p50_ms", LatencyRecorder.millis(recommend.latency(), 50))
        .put("latency_p90_ms", LatencyRecorder.millis(recommend.latency(), 90))
        .put("latency_p99_ms", LatencyRecorder.millis(recommend.latency(), 99))
        .put("recommend", json(recommend))
        .put("publish", json(publish));
  }

  private JsonReport json(Kind kind) {
    JsonReport errors = new JsonReport();
    kind.errors().forEach(errors::put);
    return new JsonReport()
        .put("sent", kind.sent())
        .put("answered", kind.answered())
        .put("not_sent", kind.notSent())
        .put("failed", kind.failed())
        .put("errors", errors)
        .put("per_second", kind.answered() / seconds)
        .put("latency_p50_ms", LatencyRecorder.millis(kind.latency(), 50))
        .put("latency_p90_ms", LatencyRecorder.millis(kind.latency(), 90))
        .put("latency_p99_ms", LatencyRecorder.millis(kind.latency(), 99))
        .put("latency_p999_ms", LatencyRecorder.millis(kind.latency(), 99.9))
        .put("latency_max_ms", LatencyRecorder.millis(kind.latency(), 100));
  }

  /** For a person. */
  public String text() {
    TextTable table =
        new TextTable(
            "call",
            "sent",
            "answered",
            "a second",
            "failed",
            "not sent",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "p99.9 ms",
            "max ms");
    row(table, "Recommend", recommend);
    row(table, "Publish", publish);
    StringBuilder text = new StringBuilder(table.text());
    text.append("latency counts from the intended send time\n");
    if (recommend.failed() + publish.failed() > 0) {
      text.append("failed: Recommend ").append(recommend.errors());
      text.append(", Publish ").append(publish.errors()).append('\n');
    }
    return text.toString();
  }

  private void row(TextTable table, String name, Kind kind) {
    table.row(
        name,
        count(kind.sent()),
        count(kind.answered()),
        String.format(Locale.ROOT, "%,.1f", kind.answered() / seconds),
        count(kind.failed()),
        count(kind.notSent()),
        millis(kind, 50),
        millis(kind, 90),
        millis(kind, 99),
        millis(kind, 99.9),
        millis(kind, 100));
  }

  private static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static String millis(Kind kind, double percentile) {
    return String.format(Locale.ROOT, "%.2f", LatencyRecorder.millis(kind.latency(), percentile));
  }
}
