package dev.dolmen.bench.table;

import dev.dolmen.bench.table.RowKeys.Kind;
import java.util.ArrayList;
import java.util.List;

/** Which points are measured on which tables. */
enum TableDesign {
  /** One point an operation, a million rows. */
  QUICK,
  /** Each axis varied by itself around the base point. */
  STANDARD,
  /** Every combination. */
  ALL;

  private static final int MILLION = 1_000_000;

  List<TableRun> runs(List<String> tables, boolean rowWise) {
    List<TableRun> runs = new ArrayList<>();
    switch (this) {
      case QUICK -> add(runs, tables, rowWise, MILLION, 64, corners());
      case STANDARD -> {
        add(runs, tables, rowWise, MILLION, 64, around());
        add(runs, tables, rowWise, MILLION, 32, corners());
        add(runs, tables, rowWise, 10 * MILLION, 64, zipfToo());
        add(runs, tables, rowWise, 10 * MILLION, 32, corners());
      }
      case ALL -> {
        for (int rows : new int[] {MILLION, 10 * MILLION}) {
          for (int dim : new int[] {32, 64}) {
            add(runs, tables, rowWise, rows, dim, every());
          }
        }
      }
    }
    return runs;
  }

  private void add(
      List<TableRun> runs,
      List<String> tables,
      boolean rowWise,
      int rows,
      int dim,
      List<TablePoint> points) {
    for (String table : tables) {
      boolean snapshot = table.equals(RowTables.DOLMEN) && dim == 64;
      int fills = rows > MILLION ? 1 : 3;
      runs.add(new TableRun(table, rows, dim, rowWise, points, snapshot, fills, 3, 1_000));
    }
  }

  private static List<TablePoint> corners() {
    TablePoint find = TablePoint.base(TablePoint.FIND);
    return List.of(find, find.threads(2), TablePoint.base(TablePoint.UPDATE));
  }

  private static List<TablePoint> zipfToo() {
    List<TablePoint> points = new ArrayList<>(corners());
    points.add(TablePoint.base(TablePoint.FIND).keys(Kind.ZIPF));
    points.add(TablePoint.base(TablePoint.UPDATE).keys(Kind.ZIPF));
    return points;
  }

  private static List<TablePoint> around() {
    List<TablePoint> points = new ArrayList<>(zipfToo());
    points.add(TablePoint.base(TablePoint.FIND).hitShare(0.5));
    for (String op : List.of(TablePoint.FIND, TablePoint.UPDATE)) {
      points.add(TablePoint.base(op).batch(1));
      points.add(TablePoint.base(op).batch(64));
    }
    return points;
  }

  private static List<TablePoint> every() {
    List<TablePoint> points = new ArrayList<>();
    for (String op : List.of(TablePoint.FIND, TablePoint.UPDATE)) {
      for (Kind keys : Kind.values()) {
        for (double hitShare : new double[] {0.5, 1}) {
          for (int batch : new int[] {1, 64, 1_024}) {
            for (int threads = 1; threads <= (op.equals(TablePoint.FIND) ? 2 : 1); threads++) {
              points.add(new TablePoint(op, keys, hitShare, batch, threads));
            }
          }
        }
      }
    }
    return points;
  }
}
