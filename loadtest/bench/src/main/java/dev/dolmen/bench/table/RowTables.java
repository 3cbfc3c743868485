package dev.dolmen.bench.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The tables by the names that reports use. */
final class RowTables {
  static final String DOLMEN = "dolmen";
  static final String CHRONICLE_PLAIN = "chronicle-plain";
  static final String CHM = "chm";
  static final String AGRONA = "agrona";
  static final String ROCKSDB = "rocksdb";
  static final String REDIS = "redis";

  /** Ours first. */
  static final List<String> NAMES = List.of(DOLMEN, CHRONICLE_PLAIN, CHM, AGRONA, ROCKSDB, REDIS);

  private RowTables() {}

  /**
   * Opens an empty table.
   *
   * @param directory empty, of this table alone
   * @param rows it will hold
   */
  static RowTable open(String name, Path directory, int rows, PlainAdagrad adagrad)
      throws IOException {
    return switch (name) {
      case DOLMEN -> new DolmenRows(rows, adagrad, RowKeys.DISTINCT);
      case CHRONICLE_PLAIN -> new ChroniclePlainRows(rows, adagrad);
      case CHM -> HeapMapRows.concurrent(adagrad);
      case AGRONA -> HeapMapRows.agrona(adagrad);
      case ROCKSDB -> new RocksRows(directory, rows, adagrad);
      case REDIS -> new RedisRows(directory, adagrad);
      default -> throw new IllegalArgumentException("table: " + name + " is not one of " + NAMES);
    };
  }
}
