package dev.dolmen.trainer.state;

import dev.dolmen.parameterstore.snapshot.ChangedRows;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.parameterstore.snapshot.RowsInFlight;
import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;

/**
 * What a part of the state has many of, by number: a section of a snapshot, which holds what has
 * changed since the snapshot before. Whoever is about to change a row says so by {@link #changing}.
 * Numbers that were in use once stay rows, without bytes where a row may have none. Owned by the
 * training thread.
 */
public final class StateRows {
  private final RowsFormat.Shape shape;
  private final RowsInFlight.Rows writer;
  private final Reader reader;
  private final ChangedRows changed = new ChangedRows();

  /** One more than the largest number that was in use. */
  private int limit;

  /** Takes a row that was written. */
  @FunctionalInterface
  public interface Reader {
    /** Reads a row, all of its bytes, at least one. */
    void read(int number, DataInput in) throws IOException;
  }

  /**
   * @param section its name
   * @param rowBytes bytes of a row, or {@link RowsFormat#VARIABLE}
   * @param writer writes the row of a number as it is now, of any up to the largest that was given
   */
  public StateRows(String section, int rowBytes, RowsInFlight.Rows writer, Reader reader) {
    shape = new RowsFormat.Shape(section, rowBytes);
    this.writer = writer;
    this.reader = reader;
  }

  /** Name of the section. */
  public String section() {
    return shape.name();
  }

  /** A row is about to change, to come or to go. Before it does. */
  public void changing(int number) {
    reserve(number + 1);
    changed.changing(number);
  }

  /** All rows are about to change. */
  public void changingAll() {
    for (int number = 0; number < limit; number++) {
      changed.changing(number);
    }
  }

  /** There are rows up to this number, without it; they come if they were not there. */
  public void reserve(int numbers) {
    while (limit < numbers) {
      changed.changing(limit++);
    }
  }

  /** One more than the largest number that was in use. */
  public int limit() {
    return limit;
  }

  /**
   * Takes the rows as they are now.
   *
   * @param delta whether to take those alone that have changed since the snapshot before
   */
  public SectionInFlight freeze(boolean delta) {
    return changed.freeze(delta, limit, shape, writer);
  }

  /** Ends the snapshot; if it is not durable, the next one holds what it would have held. */
  public void settle(boolean durable) {
    changed.settle(durable, limit);
  }

  /** Reads the whole section. */
  public void readFrom(DataInputStream in) throws IOException {
    limit = read(in, shape.rowBytes(), reader);
  }

  /** The rows are those of the snapshot that was read. */
  public void unchanged() {
    changed.clear();
  }

  /** Bytes of rows that are kept as they were for a snapshot in flight. */
  public long keptBytes() {
    return changed.keptBytes();
  }

  /**
   * Goes through the rows of a section that have bytes.
   *
   * @param rowBytes bytes of a row, or {@link RowsFormat#VARIABLE}
   * @return rows, those without bytes included
   */
  public static int read(DataInputStream in, int rowBytes, Reader reader) throws IOException {
    RowsFormat.Head head = RowsFormat.readWhole(in);
    if (head.rowBytes() != rowBytes) {
      throw new IOException("rows of " + head.rowBytes() + " bytes, expected " + rowBytes);
    }
    for (int number = 0; number < head.rows(); number++) {
      int bytes = RowsFormat.readRowBytes(in, head);
      if (bytes > 0) {
        reader.read(number, in);
      }
    }
    return head.rows();
  }
}
