package dev.dolmen.bench.table;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All lines as text and JSON, with ours over each peer. */
final class TableReport {
  private final List<TableLine> lines;
  private final @Nullable BudgetFigures budget;
  private final boolean rowWise;
  private final List<String> tables;

  TableReport(List<TableLine> lines, @Nullable BudgetFigures budget, boolean rowWise) {
    this.lines = List.copyOf(lines);
    this.budget = budget;
    this.rowWise = rowWise;
    tables = RowTables.NAMES.stream().filter(t -> of(t).findAny().isPresent()).toList();
  }

  private java.util.stream.Stream<TableLine> of(String table) {
    return lines.stream().filter(l -> l.table().equals(table));
  }

  private Optional<TableLine> same(TableLine point, String table) {
    return of(table).filter(point::samePoint).findFirst();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("\nMillion rows a second, medians; in brackets ours over the peer's. ")
        .append(rowWise ? "Row-wise Adagrad.\n\n" : "Adagrad with one accumulator a weight.\n\n")
        .append(speeds().text())
        .append("\nBytes a row, resident\n\n")
        .append(memory().text())
        .append("\nBytes allocated on the heap by a call\n\n")
        .append(allocations().text());
    if (of(RowTables.DOLMEN).anyMatch(l -> l.gbPerSecond() != null)) {
      text.append("\nSnapshots\n\n").append(snapshots().text());
    }
    if (budget != null) {
      text.append("\nUnder a budget\n\n").append(underBudget(budget).text());
    }
    if (tables.contains(RowTables.ROCKSDB)) {
      text.append("\nrocksdb: ").append(RocksRows.SETTINGS).append('\n');
    }
    return text.toString();
  }

  /** One line of each point, of whichever table has it first. */
  private List<TableLine> points() {
    List<TableLine> points = new ArrayList<>();
    for (TableLine line : lines) {
      if (line.gbPerSecond() == null && points.stream().noneMatch(line::samePoint)) {
        points.add(line);
      }
    }
    return points;
  }

  private TextTable table(String... more) {
    List<String> headers = new ArrayList<>(List.of(more));
    headers.addAll(tables);
    return new TextTable(headers.toArray(String[]::new));
  }

  private TextTable speeds() {
    TextTable table = table("op", "rows", "dim", "keys", "hits", "batch", "threads");
    for (TableLine point : points()) {
      List<String> cells = pointCells(point);
      Optional<TableLine> ours = same(point, RowTables.DOLMEN);
      for (String name : tables) {
        cells.add(same(point, name).map(l -> speed(l, ours)).orElse("-"));
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private static List<String> pointCells(TableLine p) {
    return new ArrayList<>(
        List.of(
            p.op(),
            number(p.rows(), 0),
            Integer.toString(p.dim()),
            p.keys(),
            number(100 * p.hitShare(), 0) + "%",
            Integer.toString(p.batch()),
            Integer.toString(p.threads())));
  }

  private static String speed(TableLine line, Optional<TableLine> ours) {
    String speed = number(line.rowsPerSecond() / 1e6, 2);
    return line.table().equals(RowTables.DOLMEN) || ours.isEmpty()
        ? speed
        : speed + " (" + number(ours.get().rowsPerSecond() / line.rowsPerSecond(), 1) + ")";
  }

  private TextTable memory() {
    TextTable table = table("rows", "dim", "weights and state");
    LinkedHashSet<List<Integer>> shapes = new LinkedHashSet<>();
    points().forEach(p -> shapes.add(List.of(p.rows(), p.dim())));
    for (List<Integer> shape : shapes) {
      int dim = shape.get(1);
      List<String> cells = new ArrayList<>();
      cells.add(number(shape.get(0), 0));
      cells.add(Integer.toString(dim));
      cells.add(Integer.toString(4 * new PlainAdagrad(dim, rowWise).rowFloats()));
      for (String name : tables) {
        cells.add(
            of(name)
                .filter(l -> l.rows() == shape.get(0) && l.dim() == dim)
                .map(TableLine::bytesPerRow)
                .filter(b -> b != null)
                .findFirst()
                .map(b -> number(b, 0))
                .orElse("-"));
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private TextTable allocations() {
    TextTable table = table("op", "rows", "dim", "keys", "hits", "batch", "threads");
    for (TableLine point : points()) {
      List<String> cells = pointCells(point);
      for (String name : tables) {
        cells.add(same(point, name).map(l -> cell(l.allocatedBytesPerOp(), 0)).orElse("-"));
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private TextTable snapshots() {
    TextTable table =
        new TextTable("op", "rows in table", "dim", "rows", "M rows/s", "GB/s", "pause ms");
    of(RowTables.DOLMEN)
        .filter(l -> l.gbPerSecond() != null)
        .forEach(l ->
            table.row(
                l.op(),
                number(l.rows(), 0),
                Integer.toString(l.dim()),
                number(l.batch(), 0),
                number(l.rowsPerSecond() / 1e6, 2),
                cell(l.gbPerSecond(), 2),
                cell(l.pauseMs(), 1)));
    return table;
  }

  private static TextTable underBudget(BudgetFigures b) {
    TextTable table =
        new TextTable("dim", "budget MiB", "resident MiB", "rows inserted", "kept", "M rows/s");
    table.row(
        Integer.toString(b.dim()),
        number(b.budgetBytes() / 0x1p20, 0),
        number(b.residentBytes() / 0x1p20, 0),
        number(b.inserted(), 0),
        number((double) b.kept(), 0),
        number(b.rowsPerSecond() / 1e6, 2));
    return table;
  }

  private static String cell(@Nullable Double value, int decimals) {
    return value == null ? "-" : number(value, decimals);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  JsonReport json(String machine) {
    List<JsonReport> ratios = new ArrayList<>();
    for (TableLine line : lines) {
      if (!line.table().equals(RowTables.DOLMEN)) {
        same(line, RowTables.DOLMEN)
            .ifPresent(ours ->
                ratios.add(
                    point(ours)
                        .put("peer", line.table())
                        .put("ratio", ours.rowsPerSecond() / line.rowsPerSecond())));
      }
    }
    JsonReport json =
        new JsonReport()
            .put("machine", machine)
            .put("seed", DolmenRows.SEED)
            .put("optimizer", rowWise ? "row_wise_adagrad" : "adagrad")
            .put("rocksdb_settings", RocksRows.SETTINGS)
            .put("results", lines.stream().map(TableReport::result).toList())
            .put("ratios", ratios);
    if (budget != null) {
      json.put("budget_bytes", budget.budgetBytes())
          .put("budget_resident_bytes", budget.residentBytes())
          .put("budget_rows_per_second", budget.rowsPerSecond());
    }
    return json;
  }

  private static JsonReport point(TableLine l) {
    return new JsonReport()
        .put("op", l.op())
        .put("table", l.table())
        .put("rows", l.rows())
        .put("dim", l.dim())
        .put("keys", l.keys())
        .put("hit_share", l.hitShare())
        .put("batch", l.batch())
        .put("threads", l.threads());
  }

  private static JsonReport result(TableLine l) {
    JsonReport json =
        point(l)
            .put("rows_per_second", l.rowsPerSecond())
            .put("bytes_per_row", orNaN(l.bytesPerRow()))
            .put("allocated_bytes_per_op", orNaN(l.allocatedBytesPerOp()));
    if (l.pauseMs() != null) {
      json.put("pause_ms", l.pauseMs());
    }
    if (l.gbPerSecond() != null) {
      json.put("gb_per_second", l.gbPerSecond());
    }
    return json;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
