package dev.dolmen.bench.table;

/**
 * What is measured of a table once it is filled.
 *
 * @param op find or update
 * @param keys how fids are drawn
 * @param hitShare share of fids that have a row
 * @param batch fids in one call
 * @param threads that call at the same time
 */
record TablePoint(String op, RowKeys.Kind keys, double hitShare, int batch, int threads) {
  static final String FIND = "find";
  static final String UPDATE = "update";

  /** What the others are varied around. */
  static TablePoint base(String op) {
    return new TablePoint(op, RowKeys.Kind.UNIFORM, 1, 1_024, 1);
  }

  TablePoint keys(RowKeys.Kind other) {
    return new TablePoint(op, other, hitShare, batch, threads);
  }

  TablePoint hitShare(double other) {
    return new TablePoint(op, keys, other, batch, threads);
  }

  TablePoint batch(int other) {
    return new TablePoint(op, keys, hitShare, other, threads);
  }

  TablePoint threads(int other) {
    return new TablePoint(op, keys, hitShare, batch, other);
  }
}
