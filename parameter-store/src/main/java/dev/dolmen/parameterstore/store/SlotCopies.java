package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.store.RowDescriptor.FID_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.LAST_SEEN_OFFSET;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Rows of one slot as a snapshot has them: written and read back. What memory has beyond that,
 * sequence and padding, stays behind. Writer.
 */
final class SlotCopies {
  /** Rows that are read or written at once. */
  private static final int ROWS_AT_ONCE = 64;

  private final SlotMemory memory;
  private final int rowBytes;

  private final byte[] row;

  SlotCopies(SlotMemory memory) {
    this.memory = memory;
    rowBytes = TableLayout.rowBytes(memory.options);
    row = new byte[rowBytes];
  }

  /** Bytes of a row in a snapshot. */
  int rowBytes() {
    return rowBytes;
  }

  /** Writes the row of a number. */
  void writeRow(int number, DataOutput out) throws IOException {
    copyRow(memory.rows().address(number), row, 0);
    out.write(row);
  }

  private void copyRow(long address, byte[] bytes, int at) {
    NativeMemory.copyBytes(address + FID_OFFSET, bytes, at, Long.BYTES);
    NativeMemory.copyBytes(
        address + LAST_SEEN_OFFSET, bytes, at + Long.BYTES, rowBytes - Long.BYTES);
  }

  /** Writes all rows from where they are. */
  void write(DataOutputStream out, byte[] head) throws IOException {
    ChronicleRows rows = memory.rows();
    RowsFormat.writeWhole(out, head, rowBytes, rows.size());
    byte[] bytes = new byte[ROWS_AT_ONCE * rowBytes];
    for (int start = 0; start < rows.size(); start += ROWS_AT_ONCE) {
      int n = Math.min(ROWS_AT_ONCE, rows.size() - start);
      for (int i = 0; i < n; i++) {
        copyRow(rows.address(start + i), bytes, i * rowBytes);
      }
      out.write(bytes, 0, n * rowBytes);
    }
  }

  /** Adds {@code count} rows behind those that are there. */
  void read(DataInputStream in, int count) throws IOException {
    byte[] bytes = new byte[ROWS_AT_ONCE * rowBytes];
    for (int start = 0; start < count; start += ROWS_AT_ONCE) {
      int n = Math.min(ROWS_AT_ONCE, count - start);
      in.readFully(bytes, 0, n * rowBytes);
      for (int i = 0; i < n; i++) {
        addRow(bytes, i * rowBytes);
      }
    }
  }

  private void addRow(byte[] bytes, int at) {
    long fid = LittleEndian.getLong(bytes, at);
    int number = memory.rows().add();
    long address = memory.rows().address(number);
    SlotMemory.beginWrite(address);
    NativeMemory.putLong(address + FID_OFFSET, fid);
    NativeMemory.putBytes(
        address + LAST_SEEN_OFFSET, bytes, at + Long.BYTES, rowBytes - Long.BYTES);
    SlotMemory.endWrite(address);
    memory.index().add(fid, number);
  }
}
