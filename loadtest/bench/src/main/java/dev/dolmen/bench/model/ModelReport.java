package dev.dolmen.bench.model;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All lines as text and JSON, with ours over each peer. */
final class ModelReport {
  private final List<ModelLine> lines;

  ModelReport(List<ModelLine> lines) {
    this.lines = List.copyOf(lines);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "\nMicroseconds a call on one thread, medians; in brackets the peer's time over ours.\n");
    section(text, "Forward of sessions", table(EncodeFigures.OP), EncodeFigures.OP);
    section(text, "Training steps", table(TrainFigures.OP), TrainFigures.OP);
    section(
        text,
        "Matrix products, by the share of the measured peak of fused multiply-adds",
        products(),
        "peak");
    section(text, "A million item vectors of width 64, scanned", scans(), ScanFigures.OP);
    return text.toString();
  }

  private void section(StringBuilder text, String title, TextTable table, String op) {
    if (lines.stream().anyMatch(l -> l.op().equals(op))) {
      text.append('\n').append(title).append("\n\n").append(table.text());
    }
  }

  private List<ModelLine> ours(Predicate<ModelLine> which) {
    return lines.stream().filter(l -> l.by().equals(ModelLine.DOLMEN)).filter(which).toList();
  }

  private Optional<ModelLine> peer(ModelLine ours, String by) {
    return lines.stream().filter(l -> l.by().equals(by) && l.samePoint(ours)).findFirst();
  }

  private TextTable table(String op) {
    TextTable table =
        new TextTable("shape", "dolmen", "djl", "onnxruntime", "peers' error", "allocated bytes");
    for (ModelLine line : ours(l -> l.op().equals(op))) {
      double error =
          lines.stream()
              .filter(l -> l.samePoint(line) && l.error() != null)
              .mapToDouble(l -> l.error() == null ? 0 : l.error())
              .max()
              .orElse(Double.NaN);
      table.row(
          line.shape(),
          number(line.us(), 1),
          against(line, ModelLine.DJL),
          against(line, ModelLine.ONNX_RUNTIME),
          String.format(Locale.ROOT, "%.1e", error),
          cell(line.allocatedBytes(), 0));
    }
    return table;
  }

  private String against(ModelLine ours, String by) {
    return peer(ours, by)
        .map(l -> number(l.us(), 1) + " (" + number(l.us() / ours.us(), 1) + ")")
        .orElse("-");
  }

  private TextTable products() {
    TextTable table = new TextTable("op", "m x n x k", "us", "GFLOP/s", "of peak");
    for (ModelLine line : ours(l -> l.gflops() != null)) {
      table.row(
          line.op(),
          line.shape(),
          number(line.us(), 2),
          cell(line.gflops(), 1),
          cell(line.shareOfPeak() == null ? null : 100 * line.shareOfPeak(), 0) + "%");
    }
    return table;
  }

  private TextTable scans() {
    TextTable table =
        new TextTable("numbers, queries in a pass", "ms a query", "ms a pass", "GB/s");
    for (ModelLine line : ours(l -> l.op().equals(ScanFigures.OP))) {
      double queries = Double.parseDouble(line.shape().substring(line.shape().indexOf('q') + 1));
      table.row(
          line.shape(),
          number(line.us() / 1e3 / queries, 2),
          number(line.us() / 1e3, 2),
          cell(line.gbPerSecond(), 1));
    }
    return table;
  }

  private static String cell(@Nullable Double value, int decimals) {
    return value == null ? "-" : number(value, decimals);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  JsonReport json(String machine) {
    EncodeShape one = new EncodeShape(64, 20, 1);
    EncodeShape many = new EncodeShape(64, 20, 64);
    String train = TrainFigures.shapes(true).getFirst().toString();
    return new JsonReport()
        .put("machine", machine)
        .put("seed", EncodeShape.SEED)
        .put("threads", 1)
        .put("encode_us_b1_l20_d64", us(EncodeFigures.OP, one.toString()))
        .put("encode_b1_times_faster_than_djl", ratio(EncodeFigures.OP, one, ModelLine.DJL))
        .put(
            "encode_b1_times_faster_than_onnxruntime",
            ratio(EncodeFigures.OP, one, ModelLine.ONNX_RUNTIME))
        .put("encode_b64_times_faster_than_djl", ratio(EncodeFigures.OP, many, ModelLine.DJL))
        .put("train_step_times_faster_than_djl", ratio(TrainFigures.OP, train, ModelLine.DJL))
        .put("matmul_share_of_peak", matmulShare())
        .put("scan_int8_gb_per_second", scanGb("int8 q1"))
        .put("results", lines.stream().map(ModelReport::result).toList());
  }

  private Optional<ModelLine> point(String op, String shape) {
    return ours(l -> l.op().equals(op) && l.shape().equals(shape)).stream().findFirst();
  }

  private double us(String op, String shape) {
    return point(op, shape).map(ModelLine::us).orElse(Double.NaN);
  }

  private double ratio(String op, Object shape, String by) {
    Optional<ModelLine> ours = point(op, shape.toString());
    Optional<ModelLine> peer = ours.flatMap(l -> peer(l, by));
    return ours.isEmpty() || peer.isEmpty() ? Double.NaN : peer.get().us() / ours.get().us();
  }

  /** Of the quick sizes, which are those of a training step and of a request; their mean. */
  private double matmulShare() {
    return ours(l -> l.shareOfPeak() != null && ProductFigures.isCommon(l.op(), l.shape())).stream()
        .mapToDouble(l -> l.shareOfPeak() == null ? 0 : l.shareOfPeak())
        .average()
        .orElse(Double.NaN);
  }

  private double scanGb(String shape) {
    return point(ScanFigures.OP, shape)
        .map(l -> l.gbPerSecond() == null ? Double.NaN : l.gbPerSecond())
        .orElse(Double.NaN);
  }

  private static JsonReport result(ModelLine l) {
    JsonReport json = new JsonReport().put("op", l.op()).put("shape", l.shape()).put("by", l.by());
    json.put("us", l.us());
    put(json, "allocated_bytes", l.allocatedBytes());
    put(json, "relative_error", l.error());
    put(json, "gflops", l.gflops());
    put(json, "share_of_peak", l.shareOfPeak());
    put(json, "gb_per_second", l.gbPerSecond());
    return json;
  }

  private static void put(JsonReport json, String key, @Nullable Double value) {
    if (value != null) {
      json.put(key, value);
    }
  }
}
