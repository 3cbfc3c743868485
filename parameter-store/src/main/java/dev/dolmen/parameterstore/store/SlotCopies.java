package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.store.RowDescriptor.FID_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.LAST_SEEN_OFFSET;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Rows of one slot as a snapshot has them: copied at a barrier, written, and read back. What memory
 * has beyond that, sequence and padding, stays behind. Writer.
 */
final class SlotCopies implements AutoCloseable {
  /** Rows that are read or written at once. */
  private static final int ROWS_AT_ONCE = 64;

  private final SlotMemory memory;
  private final int rowBytes;

  /** Copies for a snapshot in flight, of changed rows each behind its number, big-endian. */
  private final RowBuffer changed;

  private final RowBuffer all;

  SlotCopies(SlotMemory memory) {
    this.memory = memory;
    rowBytes = TableLayout.rowBytes(memory.options);
    changed = new RowBuffer(Integer.BYTES + rowBytes);
    all = new RowBuffer(rowBytes);
  }

  /** Bytes of a row in a snapshot. */
  int rowBytes() {
    return rowBytes;
  }

  RowBuffer copy(TouchedRows touched) {
    ChronicleRows rows = memory.rows();
    for (int number = touched.next(0); number >= 0; number = touched.next(number + 1)) {
      long copy = changed.add();
      NativeMemory.putInt(copy, Integer.reverseBytes(number));
      copyRow(rows.address(number), copy + Integer.BYTES);
    }
    return changed;
  }

  RowBuffer copyAll() {
    ChronicleRows rows = memory.rows();
    for (int number = 0; number < rows.size(); number++) {
      copyRow(rows.address(number), all.add());
    }
    return all;
  }

  private void copyRow(long address, long copy) {
    NativeMemory.copy(address + FID_OFFSET, copy, Long.BYTES);
    NativeMemory.copy(address + LAST_SEEN_OFFSET, copy + Long.BYTES, rowBytes - Long.BYTES);
  }

  /** Forgets the copies. */
  void clear() {
    changed.clear();
    all.clear();
  }

  long memoryBytes() {
    return changed.memoryBytes() + all.memoryBytes();
  }

  /** Writes all rows from where they are. */
  void write(DataOutputStream out, byte[] head) throws IOException {
    ChronicleRows rows = memory.rows();
    RowsFormat.writeWhole(out, head, rowBytes, rows.size());
    byte[] bytes = new byte[ROWS_AT_ONCE * rowBytes];
    for (int start = 0; start < rows.size(); start += ROWS_AT_ONCE) {
      int n = Math.min(ROWS_AT_ONCE, rows.size() - start);
      for (int i = 0; i < n; i++) {
        long address = rows.address(start + i);
        int at = i * rowBytes;
        NativeMemory.copyBytes(address + FID_OFFSET, bytes, at, Long.BYTES);
        NativeMemory.copyBytes(
            address + LAST_SEEN_OFFSET, bytes, at + Long.BYTES, rowBytes - Long.BYTES);
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

  @Override
  public void close() {
    changed.close();
    all.close();
  }
}
