package dev.dolmen.parameterstore.snapshot;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A section of rows of equal size, found by number, which a snapshot holds either whole or as what
 * has changed since its parent. Big-endian:
 *
 * <pre>
 *   whole, section NAME                     changes, section NAME.delta
 *     bytes of the head (int)                 bytes of the head (int)
 *     bytes of a row (int)                    bytes of a row (int)
 *     rows (int)                              rows (int)
 *                                             changed rows (int)
 *     head                                    head
 *     rows 0, 1, 2 …                          number (int) and row of each, numbers ascending
 * </pre>
 *
 * <p>A row that is not among the changed ones is as it was in the parent; those whose number is the
 * number of rows or more are gone. Whole and changes so merge by position, in one pass, in memory
 * that does not depend on their number, and give the bytes that writing the section whole would
 * have given.
 */
public final class RowsFormat {
  private static final String DELTA = ".delta";

  /** Bounds that keep a damaged length from asking for all memory. */
  private static final int MAX_PART_BYTES = 1 << 20;

  private RowsFormat() {}

  /** What stands before the rows. */
  public static final class Head {
    private final byte[] bytes;
    private final int rowBytes;
    private final int rows;
    private final int changed;

    private Head(byte[] bytes, int rowBytes, int rows, int changed) {
      this.bytes = bytes;
      this.rowBytes = rowBytes;
      this.rows = rows;
      this.changed = changed;
    }

    /** Whatever the section's owner keeps beside its rows; not a copy. */
    public byte[] bytes() {
      return bytes;
    }

    /** Bytes of a row. */
    public int rowBytes() {
      return rowBytes;
    }

    /** Rows of the whole. */
    public int rows() {
      return rows;
    }

    /** Rows that follow: all of them in a whole section. */
    public int changed() {
      return changed;
    }
  }

  /** Name of the section with the changes of section {@code name}. */
  public static String deltaName(String name) {
    return name + DELTA;
  }

  static boolean isDelta(String name) {
    return name.endsWith(DELTA);
  }

  /** The section of which {@code name} holds the changes, or itself. */
  static String wholeName(String name) {
    return isDelta(name) ? name.substring(0, name.length() - DELTA.length()) : name;
  }

  /** Starts a whole section; {@code rows} rows must follow. */
  public static void writeWhole(DataOutput out, byte[] head, int rowBytes, int rows)
      throws IOException {
    out.writeInt(head.length);
    out.writeInt(rowBytes);
    out.writeInt(rows);
    out.write(head);
  }

  /** Starts a section of changes; {@code changed} numbers with their rows must follow. */
  public static void writeDelta(DataOutput out, byte[] head, int rowBytes, int rows, int changed)
      throws IOException {
    out.writeInt(head.length);
    out.writeInt(rowBytes);
    out.writeInt(rows);
    out.writeInt(changed);
    out.write(head);
  }

  /**
   * Reads up to the first row of a whole section.
   *
   * @throws IOException if a number cannot be
   */
  public static Head readWhole(DataInput in) throws IOException {
    return read(in, false);
  }

  static Head read(DataInput in, boolean delta) throws IOException {
    int headBytes = in.readInt();
    int rowBytes = in.readInt();
    int rows = in.readInt();
    int changed = delta ? in.readInt() : rows;
    if (headBytes < 0
        || headBytes > MAX_PART_BYTES
        || rowBytes < 1
        || rowBytes > MAX_PART_BYTES
        || rows < 0
        || changed < 0
        || changed > rows) {
      throw new IOException(
          "a head of "
              + headBytes
              + " bytes, rows of "
              + rowBytes
              + ", "
              + changed
              + " of "
              + rows
              + " rows cannot be");
    }
    byte[] head = new byte[headBytes];
    in.readFully(head);
    return new Head(head, rowBytes, rows, changed);
  }
}
