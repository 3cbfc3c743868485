package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.VectorBlock;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.feature.KnotEntries;
import dev.dolmen.parameterstore.feature.UnitVector;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.util.Arrays;
import java.util.List;

/**
 * How records (items, contexts) become rows: numbers the distinct fids of all records added and
 * reads their rows from the table, for training and for serving. Row 0 of the id slot is the
 * out-of-vocabulary row, as {@link GatheredRows} asks. Reused, so its bound is the largest batch or
 * request that came; one thread.
 */
public final class RecordRows {
  private final EmbeddingReader table;
  private final int idSlot;
  private final boolean idGate;
  private final SlotRows[] slots;

  /** First row of each slot that is not counted as an occurrence; rows before it are. */
  private final int[] counted;

  private final KnotEntries knots = new KnotEntries();

  /** Time of looking, by which ages go; seconds. */
  private long nowSec;

  /** The rows, once they are read. */
  public final GatheredRows rows;

  /**
   * @param idSlot slot of items' ids
   * @param idGate whether the model wants to know which ids have no row
   */
  public RecordRows(EmbeddingReader table, int idSlot, boolean idGate) {
    this.idGate = idGate;
    this.table = table;
    this.idSlot = idSlot;
    slots = new SlotRows[table.slots()];
    counted = new int[slots.length];
    int[] dim = new int[slots.length];
    for (int s = 0; s < slots.length; s++) {
      slots[s] = new SlotRows();
      dim[s] = table.dim(s);
    }
    rows = new GatheredRows(dim);
  }

  /**
   * Forgets everything.
   *
   * @param timeSec event time by which items are so and so old
   */
  public void clear(long timeSec) {
    nowSec = timeSec;
    for (SlotRows slot : slots) {
      slot.clear();
    }
    slots[idSlot].add(Fids.OUT_OF_VOCABULARY, 0);
    Arrays.fill(counted, 0);
    counted[idSlot] = 1;
  }

  /** Counts one occurrence of every fid; before any {@link #append}. */
  void count(Features features, List<ColumnSpec> columns) {
    for (int c = 0; c < columns.size(); c++) {
      ColumnSpec column = columns.get(c);
      SlotRows slot = slots[column.slot()];
      for (int e = features.columnStart()[c]; e < features.columnStart()[c + 1]; e++) {
        if (column.isLookedUp()) {
          column.read(features, e, nowSec, knots);
          for (int k = 0; k < knots.size(); k++) {
            slot.add(knots.fid(k), 1);
          }
        } else {
          slot.add(features.fids()[e], 1);
        }
      }
    }
  }

  /** Ends the counting. */
  void endCounting() {
    for (int s = 0; s < slots.length; s++) {
      counted[s] = slots[s].size;
    }
  }

  /**
   * Appends a record to {@code block} and returns its number.
   *
   * @param columns the record's, as many as the block has
   */
  public int append(Features features, List<ColumnSpec> columns, FeatureBlock block) {
    int record = block.records++;
    int first = record * block.columns;
    int at = record == 0 ? 0 : block.start[first];
    if (block.start.length < first + block.columns + 1) {
      block.start = Arrays.copyOf(block.start, 2 * (first + block.columns + 1));
    }
    // Of a column that is looked up one entry becomes two at most.
    int end = at + features.fids().length + block.columns;
    if (block.row.length < end) {
      block.row = Arrays.copyOf(block.row, 2 * end);
      block.weight = Arrays.copyOf(block.weight, 2 * end);
    }
    block.start[first] = at;
    for (int c = 0; c < block.columns; c++) {
      ColumnSpec column = columns.get(c);
      SlotRows slot = slots[column.slot()];
      for (int e = features.columnStart()[c]; e < features.columnStart()[c + 1]; e++) {
        if (column.isLookedUp()) {
          at = appendKnots(column, features, e, slot, block, at);
        } else {
          block.row[at] = slot.add(features.fids()[e], 0);
          block.weight[at++] = features.weights()[e];
        }
      }
      block.start[first + c + 1] = at;
    }
    for (int v = 0; v < block.vectors.length; v++) {
      addVector(features, v, record, block.vectors[v]);
    }
    return record;
  }

  private int appendKnots(
      ColumnSpec column, Features features, int entry, SlotRows slot, FeatureBlock block, int at) {
    column.read(features, entry, nowSec, knots);
    for (int k = 0; k < knots.size(); k++) {
      block.row[at + k] = slot.add(knots.fid(k), 0);
      block.weight[at + k] = knots.weight(k);
    }
    return at + knots.size();
  }

  private static void addVector(Features features, int v, int record, VectorBlock block) {
    block.add(record);
    if (v < features.vectors().length && features.vectors()[v].length > 0) {
      UnitVector.unpack(features.vectors()[v], block.numbers, record * block.dimension);
      block.present[record] = true;
    }
  }

  /** Dimensions of the columns of vectors, as a block of such records wants them. */
  static int[] vectorDimensions(List<ColumnSpec> columns) {
    return columns.stream().mapToInt(ColumnSpec::dimension).filter(d -> d > 0).toArray();
  }

  /** Reads all rows without counting anything. */
  public void gather() {
    for (int s = 0; s < slots.length; s++) {
      ensureRoom(s, false);
      if (slots[s].size > 0) {
        table.gather(s, slots[s].fids, 0, slots[s].size, rows.values[s], 0);
      }
    }
    markUnadmitted();
  }

  private void markUnadmitted() {
    if (idGate) {
      rows.markUnadmitted(idSlot, row -> table.contains(idSlot, slots[idSlot].fids[row]));
    }
  }

  /**
   * Reads all rows, counts the occurrences and zeroes the gradients.
   *
   * @param writable the table, which counts
   */
  void gatherForTraining(EmbeddingTable writable, long eventTimeSec) {
    for (int s = 0; s < slots.length; s++) {
      ensureRoom(s, true);
      SlotRows slot = slots[s];
      int from = s == idSlot ? 1 : 0;
      int n = counted[s] - from;
      int dim = rows.dim[s];
      if (n > 0) {
        writable.gatherForTraining(
            s, slot.fids, slot.occurrences, from, n, eventTimeSec, rows.values[s], from * dim);
      }
      table.gather(s, slot.fids, 0, from, rows.values[s], 0);
      int rest = slot.size - counted[s];
      table.gather(s, slot.fids, counted[s], rest, rows.values[s], counted[s] * dim);
      Arrays.fill(rows.gradients[s], 0, slot.size * dim, 0f);
    }
    markUnadmitted();
  }

  /** One optimiser step on every row, with its gradient. */
  void applyGradients(EmbeddingTable writable) {
    for (int s = 0; s < slots.length; s++) {
      writable.applyGradients(s, slots[s].fids, 0, slots[s].size, rows.gradients[s], 0);
    }
  }

  private void ensureRoom(int s, boolean gradients) {
    rows.rows[s] = slots[s].size;
    int floats = slots[s].size * rows.dim[s];
    if (rows.values[s].length < floats) {
      rows.values[s] = new float[Math.max(floats, 2 * rows.values[s].length)];
    }
    if (gradients && rows.gradients[s].length < floats) {
      rows.gradients[s] = new float[Math.max(floats, 2 * rows.gradients[s].length)];
    }
  }
}
