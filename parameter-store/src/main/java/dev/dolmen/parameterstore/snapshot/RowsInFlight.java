package dev.dolmen.parameterstore.snapshot;

import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a section as they were at a barrier, written in the order of their numbers, one piece
 * after the other. A row that is about to change before its turn is kept as it was. So a barrier
 * costs next to nothing, however many rows there are and however many of them have changed.
 *
 * <p>The thread that changes the rows.
 */
public final class RowsInFlight implements SectionInFlight {
  /** Of a row that is kept, besides its bytes: array, entry, key. */
  private static final int KEPT_BYTES = 40;

  private final RowsFormat.Shape shape;
  private final int rows;
  private final long @Nullable [] changed;
  private final int count;
  private final Rows source;
  private final Scratch scratch = new Scratch();
  private final DataOutputStream row = new DataOutputStream(scratch);
  private final Int2ObjectHashMap<byte[]> kept = new Int2ObjectHashMap<>();
  private long keptBytes;
  private boolean begun;
  private int next;

  /** The rows of now. */
  @FunctionalInterface
  public interface Rows {
    /** Writes a row, as many bytes as a row has, or any number where they differ. */
    void write(int number, DataOutput out) throws IOException;
  }

  /** Bytes of one row, which are read without a copy. */
  private static final class Scratch extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }
  }

  /**
   * @param shape of the section
   * @param rows that there are
   * @param changed a bit for each row that is written; null for all
   * @param count rows that are written
   */
  RowsInFlight(
      RowsFormat.Shape shape, int rows, long @Nullable [] changed, int count, Rows source) {
    this.shape = shape;
    this.rows = rows;
    this.changed = changed;
    this.count = count;
    this.source = source;
  }

  /** Rows that are written. */
  public int count() {
    return count;
  }

  /** A row is about to change, or to end. */
  void changing(int number) {
    if (number >= next && number < rows && isTaken(number) && !kept.containsKey(number)) {
      byte[] bytes = bytes(number).toByteArray();
      kept.put(number, bytes);
      keptBytes += KEPT_BYTES + bytes.length;
    }
  }

  private boolean isTaken(int number) {
    long[] bits = changed;
    return bits == null || ChangedRows.contains(bits, number);
  }

  private Scratch bytes(int number) {
    scratch.reset();
    try {
      source.write(number, row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int fixed = shape.rowBytes();
    if (fixed != RowsFormat.VARIABLE && scratch.size() != fixed) {
      throw new IllegalStateException(
          "section " + shape.name() + ": row of " + scratch.size() + " bytes, expected " + fixed);
    }
    return scratch;
  }

  @Override
  public String name() {
    return changed == null ? shape.name() : RowsFormat.deltaName(shape.name());
  }

  @Override
  public long keptBytes() {
    return keptBytes;
  }

  @Override
  public boolean writePiece(DataOutput out, int bytes) throws IOException {
    if (!begun) {
      begun = true;
      begin(out);
    }
    int written = 0;
    int number = next(next);
    while (number >= 0 && written < bytes) {
      written += writeRow(number, out);
      next = number + 1;
      number = next(next);
    }
    return number < 0;
  }

  private void begin(DataOutput out) throws IOException {
    if (changed == null) {
      RowsFormat.writeWhole(out, shape.head(), shape.rowBytes(), rows);
    } else {
      RowsFormat.writeDelta(out, shape.head(), shape.rowBytes(), rows, count);
    }
  }

  private int writeRow(int number, DataOutput out) throws IOException {
    byte[] before = kept.remove(number);
    byte[] bytes = before;
    int length;
    if (bytes == null) {
      Scratch now = bytes(number);
      bytes = now.bytes();
      length = now.size();
    } else {
      length = bytes.length;
      keptBytes -= KEPT_BYTES + length;
    }
    if (changed != null) {
      out.writeInt(number);
    }
    if (shape.rowBytes() == RowsFormat.VARIABLE) {
      out.writeInt(length);
    }
    out.write(bytes, 0, length);
    return 2 * Integer.BYTES + length;
  }

  private int next(int from) {
    long[] bits = changed;
    int number = bits == null ? from : ChangedRows.next(bits, from);
    return number < rows ? number : -1;
  }
}
