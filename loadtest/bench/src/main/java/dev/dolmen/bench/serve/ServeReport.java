package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Figures of all sizes, for a person and as JSON. */
record ServeReport(List<ServeFigures> sizes, ServeOptions options, String machine) {
  JsonReport json() {
    return new JsonReport()
        .put("machine", machine)
        .put("p99_ms_max", options.p99MsMax())
        .put("clicks_while_learning_per_second", options.clicks())
        .put("seed", options.seed())
        .put("serve", rows())
        .put("sustainable_per_second", bySize(ServeFigures::sustainablePerSecond))
        .put("p99_ms_at_sustainable", bySize(ServeFigures::p99MsAtSustainable))
        .put("sustainable_while_learning_per_second", bySize(ServeFigures::learningPerSecond))
        .put("p99_ms_while_learning", bySize(ServeFigures::p99MsWhileLearning))
        .put("ready_s", bySize(size -> size.start().readySeconds()))
        .put("p99_ms_of_first_1000", bySize(size -> size.start().firstP99Ms()))
        .put("p99_ms_of_1000_later", bySize(size -> size.start().laterP99Ms()))
        .put("resident_bytes", bySize(ServeFigures::residentBytes))
        .put("memory_bytes", memory())
        .put("recall_at_20_of_exact", bySize(ServeFigures::recall))
        .put("clicks_per_second", bySize(size -> size.learned().clicksPerSecond()))
        .put("snapshot_pause_ms", bySize(size -> size.learned().pauseMs()))
        .put("filters", filters());
  }

  private List<JsonReport> rows() {
    List<JsonReport> rows = new ArrayList<>();
    sizes.forEach(size -> size.rows().forEach(row -> rows.add(row.json(size.items()))));
    return rows;
  }

  private List<JsonReport> filters() {
    List<JsonReport> filters = new ArrayList<>();
    sizes.forEach(size -> size.filters().forEach(f -> filters.add(f.json(size.items()))));
    return filters;
  }

  private JsonReport memory() {
    JsonReport all = new JsonReport();
    for (ServeFigures size : sizes) {
      JsonReport parts = new JsonReport();
      byPart(size).forEach(parts::put);
      all.put(Integer.toString(size.items()), parts);
    }
    return all;
  }

  private static SortedMap<String, Long> byPart(ServeFigures size) {
    return new TreeMap<>(size.memoryBytes());
  }

  private JsonReport bySize(ToDoubleFunction<ServeFigures> figure) {
    JsonReport all = new JsonReport();
    sizes.forEach(size -> all.put(Integer.toString(size.items()), figure.applyAsDouble(size)));
    return all;
  }

  String text() {
    return String.join("\n", rates(), summary(), filterTable(), memoryTable(), machine + "\n");
  }

  private String rates() {
    TextTable table =
        new TextTable(
            "items",
            "step",
            "ranker",
            "scan",
            "offered/s",
            "answered/s",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "refused",
            "failed",
            "clicks/s");
    for (ServeFigures size : sizes) {
      for (ServeFigures.Row row : size.rows()) {
        LoadFigures f = row.figures();
        table.row(
            size.items(),
            row.what(),
            row.ranker(),
            row.scan(),
            whole(f.rate()),
            whole(f.answeredPerSecond()),
            number(f.p50Ms()),
            number(f.p90Ms()),
            number(f.p99Ms()),
            f.refused(),
            f.failed(),
            whole(f.clicksLearnedPerSecond()));
      }
    }
    return table.text()
        + "latency counts from the intended moment; a deadline of 1 s a request, k = "
        + ServeLoadProcess.K
        + "\n";
  }

  private String summary() {
    TextTable table =
        new TextTable(
            "items",
            "sustainable/s",
            "p99 ms",
            "while learning/s",
            "p99 ms",
            "clicks/s alone",
            "pause ms",
            "resident",
            "recall@20");
    for (ServeFigures size : sizes) {
      table.row(
          size.items(),
          whole(size.sustainablePerSecond()),
          number(size.p99MsAtSustainable()),
          whole(size.learningPerSecond()),
          number(size.p99MsWhileLearning()),
          whole(size.learned().clicksPerSecond()),
          number(size.learned().pauseMs()),
          Amounts.bytes(size.residentBytes()),
          share(size.recall()));
    }
    return table.text() + "pause: training stood still for a snapshot, at most\n" + starts();
  }

  private String starts() {
    TextTable table =
        new TextTable("items", "ready s", "p99 ms of the first 1,000 requests", "of 1,000 later");
    for (ServeFigures size : sizes) {
      table.row(
          size.items(),
          number(size.start().readySeconds()),
          number(size.start().firstP99Ms()),
          number(size.start().laterP99Ms()));
    }
    return table.text();
  }

  private String memoryTable() {
    TextTable table = new TextTable("items", "memory of", "takes", "bytes an item");
    for (ServeFigures size : sizes) {
      byPart(size)
          .forEach((part, bytes) ->
              table.row(
                  size.items(), part, Amounts.bytes(bytes), whole((double) bytes / size.items())));
    }
    return table.text();
  }

  private String filterTable() {
    TextTable table =
        new TextTable("items", "filter passes", "of them", "ms", "filled", "recall@20");
    for (ServeFigures size : sizes) {
      for (ServeFigures.Filtered f : size.filters()) {
        table.row(
            size.items(),
            String.format(Locale.ROOT, "%.2f%%", 100 * f.selectivity()),
            f.passing(),
            number(f.ms()),
            share(f.filled()),
            share(f.recall()));
      }
    }
    return table.text();
  }

  private static String whole(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,.0f", value) : "-";
  }

  private static String share(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "-";
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.1f", value) : "-";
  }
}
