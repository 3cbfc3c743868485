package dev.dolmen.bench.filter;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench filter}. */
@Command(
    name = "filter",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the error of the filter that counts occurrences for admission, against exact counts.",
      "",
      "Streams: 2,000,000 draws from a million values, Zipf with exponents 1.05 and 1.5, and the"
          + " clicked items of --data. Late: admitted after the threshold was reached, or never."
          + " False: admitted before.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench filter",
      "  dolmen bench filter --data DIR --json filter.json"
    })
public final class FilterBenchCommand implements Callable<Integer> {
  private static final int OCCURRENCES = 2_000_000;
  private static final int VALUES = 1_000_000;
  private static final long SEED = 1;
  private static final int[] THRESHOLDS = {2, 5, 20};

  /** The least that a slot gets, some, and what a slot of 262,144 rows and more gets, or half. */
  private static final int[] WINDOWS = {1 << 14, 1 << 17, 1 << 20};

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Also the clicks of a dataset in RecBole's atomic files.")
  private @Nullable Path data;

  @Option(
      names = "--limit",
      paramLabel = "CLICKS",
      description = "So many clicks at most; default: ${DEFAULT-VALUE}.")
  private long limit = 2_000_000;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public FilterBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public FilterBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, long[]> streams = streams();
    TextTable table =
        new TextTable(
            "stream",
            "occurrences",
            "values",
            "threshold",
            "window",
            "reached",
            "late",
            "never",
            "late by, mean",
            "max",
            "false",
            "beyond bound",
            "KiB");
    List<JsonReport> results = new ArrayList<>();
    int total = streams.size() * THRESHOLDS.length * WINDOWS.length;
    ProgressBar bar = new ProgressBar(progress, "filter", total, System::nanoTime);
    for (Map.Entry<String, long[]> stream : streams.entrySet()) {
      for (int threshold : THRESHOLDS) {
        for (int window : WINDOWS) {
          FilterError error = FilterError.measure(stream.getValue(), threshold, window);
          table.row(cells(stream.getKey(), threshold, window, error));
          results.add(json(stream.getKey(), threshold, window, error));
          bar.show(results.size(), stream.getKey());
        }
      }
    }
    bar.done();
    reporting.publish(
        out,
        () -> print(table),
        new JsonReport()
            .put("machine", Machine.description())
            .put("seed", SEED)
            .put("results", results));
    return 0;
  }

  private void print(TextTable table) {
    out.text(table);
    out.line(Machine.description() + ", seed " + SEED);
  }

  private Map<String, long[]> streams() throws IOException {
    Map<String, long[]> streams = new LinkedHashMap<>();
    streams.put("zipf 1.05", FilterStreams.zipf(OCCURRENCES, VALUES, 1.05, SEED));
    streams.put("zipf 1.5", FilterStreams.zipf(OCCURRENCES, VALUES, 1.5, SEED));
    if (data != null) {
      Path name = data.toAbsolutePath().normalize().getFileName();
      streams.put(String.valueOf(name), FilterStreams.clicks(data, limit));
    }
    return streams;
  }

  private static Object[] cells(String stream, int threshold, int window, FilterError e) {
    return new Object[] {
      stream,
      e.occurrences(),
      e.values(),
      threshold,
      window,
      e.reached(),
      String.format(Locale.ROOT, "%.2f%%", 100 * e.lateShare()),
      e.never(),
      String.format(Locale.ROOT, "%.1f", e.lateByMean()),
      e.lateByMax(),
      String.format(Locale.ROOT, "%.5f%%", 100 * e.falseShare()),
      e.beyondBound(),
      e.memoryBytes() >> 10
    };
  }

  private static JsonReport json(String stream, int threshold, int window, FilterError e) {
    return new JsonReport()
        .put("stream", stream)
        .put("occurrences", e.occurrences())
        .put("values", e.values())
        .put("threshold", threshold)
        .put("window_occurrences", window)
        .put("reached", e.reached())
        .put("late", e.late())
        .put("late_share", e.lateShare())
        .put("never", e.never())
        .put("late_by_mean", e.lateByMean())
        .put("late_by_max", e.lateByMax())
        .put("falsely_admitted", e.falselyAdmitted())
        .put("false_share", e.falseShare())
        .put("beyond_bound", e.beyondBound())
        .put("memory_bytes", e.memoryBytes());
  }
}
