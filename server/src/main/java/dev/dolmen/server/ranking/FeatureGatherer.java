package dev.dolmen.server.ranking;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the fids of some records and gathers their rows: what the encoders of the model read.
 * Reused from request to request by one thread; its bound is the largest request that came.
 */
final class FeatureGatherer {
  final FeatureBlock block;
  final GatheredRows rows;
  private final EmbeddingReader table;
  private final List<ColumnSpec> columnSpecs;
  private final int idSlot;
  private final boolean idGate;
  private final long[][] fids;
  private int entries;
  private long nowSec;

  /**
   * @param columns columns of a record, in order
   * @param idSlot slot whose row 0 must be its out-of-vocabulary row, or -1
   * @param idGate whether the model wants to know which ids of that slot have no row
   */
  FeatureGatherer(EmbeddingReader table, List<ColumnSpec> columns, int idSlot, boolean idGate) {
    this.idGate = idGate;
    this.table = table;
    this.idSlot = idSlot;
    columnSpecs = List.copyOf(columns);
    block = new FeatureBlock(columnSpecs.size());
    int[] dim = new int[table.slots()];
    for (int slot = 0; slot < dim.length; slot++) {
      dim[slot] = table.dim(slot);
    }
    rows = new GatheredRows(dim);
    fids = new long[dim.length][0];
    reset(0);
  }

  /**
   * Forgets all records.
   *
   * @param timeSec event time by which items that follow are so and so old
   */
  void reset(long timeSec) {
    nowSec = timeSec;
    block.records = 0;
    entries = 0;
    Arrays.fill(rows.rows, 0);
    if (idSlot >= 0) {
      addRow(idSlot, Fids.OUT_OF_VOCABULARY);
    }
  }

  /** Adds a record and returns its number. */
  int add(Features features) {
    int columns = columnSpecs.size();
    int record = block.records++;
    ensureStarts(block.records * columns + 1);
    for (int c = 0; c < columns; c++) {
      ColumnSpec column = columnSpecs.get(c);
      block.start[record * columns + c] = entries;
      int from = features.columnStart()[c];
      for (int e = from; e < features.columnStart()[c + 1]; e++) {
        ensureEntries(entries + 1);
        block.row[entries] = addRow(column.slot(), column.fid(features, from, e, nowSec));
        block.weight[entries++] = column.weight(features, from, e, nowSec);
      }
    }
    block.start[block.records * columns] = entries;
    return record;
  }

  /** Copies the rows of all records from the table. */
  void gather() {
    for (int slot = 0; slot < fids.length; slot++) {
      int n = rows.rows[slot];
      int floats = n * rows.dim[slot];
      if (rows.values[slot].length < floats) {
        rows.values[slot] = new float[Math.max(floats, 2 * rows.values[slot].length)];
      }
      if (n > 0) {
        table.gather(slot, fids[slot], 0, n, rows.values[slot], 0);
      }
    }
    if (idGate) {
      rows.markUnadmitted(idSlot, row -> table.contains(idSlot, fids[idSlot][row]));
    }
  }

  private int addRow(int slot, long fid) {
    int row = rows.rows[slot]++;
    if (fids[slot].length == row) {
      fids[slot] = Arrays.copyOf(fids[slot], Math.max(16, 2 * row));
    }
    fids[slot][row] = fid;
    return row;
  }

  private void ensureStarts(int length) {
    if (block.start.length < length) {
      block.start = Arrays.copyOf(block.start, Math.max(length, 2 * block.start.length));
    }
  }

  private void ensureEntries(int length) {
    if (block.row.length < length) {
      int room = Math.max(length, Math.max(16, 2 * block.row.length));
      block.row = Arrays.copyOf(block.row, room);
      block.weight = Arrays.copyOf(block.weight, room);
    }
  }
}
