package dev.dolmen.parameterstore.snapshot;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A section of rows, found by number, which a snapshot holds either whole or as what has changed
 * since its parent. Big-endian:
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
 * <p>Rows that differ in size have 0 bytes in the head, and each its own length (int) before it. A
 * row without bytes is none, as of what is gone.
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

  /** Bounds that of a row that says itself how long it is. */
  private static final int MAX_ROW_BYTES = 1 << 28;

  /** In the place of bytes of a row: each says how many it has. */
  public static final int VARIABLE = 0;

  private RowsFormat() {}

  /**
   * What a section is.
   *
   * @param name of the whole section
   * @param head see {@link Head#bytes}; not a copy
   * @param rowBytes bytes of a row, or {@link #VARIABLE}
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
  public record Shape(String name, byte[] head, int rowBytes) {
    /** Without a head. */
    public Shape(String name, int rowBytes) {
      this(name, new byte[0], rowBytes);
    }
  }

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

    /** Bytes of a row, or {@link #VARIABLE}. */
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

  /** Starts a whole section; {@code rows} rows must follow, each behind its length if it varies. */
  public static void writeWhole(DataOutput out, byte[] head, int rowBytes, int rows)
      throws IOException {
    out.writeInt(head.length);
    out.writeInt(rowBytes);
    out.writeInt(rows);
    out.write(head);
  }

  /** Starts a section of changes; as many numbers with their rows must follow. */
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

  /**
   * Reads how long the next row is.
   *
   * @throws IOException if it cannot be
   */
  public static int readRowBytes(DataInput in, Head head) throws IOException {
    int bytes = head.rowBytes == VARIABLE ? in.readInt() : head.rowBytes;
    if (bytes < 0 || bytes > MAX_ROW_BYTES) {
      throw new IOException("a row of " + bytes + " bytes cannot be");
    }
    return bytes;
  }

  static Head read(DataInput in, boolean delta) throws IOException {
    int headBytes = in.readInt();
    int rowBytes = in.readInt();
    int rows = in.readInt();
    int changed = delta ? in.readInt() : rows;
    if (headBytes < 0
        || headBytes > MAX_PART_BYTES
        || rowBytes < 0
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
