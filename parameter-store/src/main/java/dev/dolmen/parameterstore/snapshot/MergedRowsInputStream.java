package dev.dolmen.parameterstore.snapshot;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A whole section and the changes made to it since, read as the section that writing it whole at
 * the last change would have given; see {@link RowsFormat}. Holds one buffer a source.
 */
final class MergedRowsInputStream extends InputStream {
  /** Bytes of unchanged rows that are copied at a time. */
  private static final int COPY_BYTES = 1 << 16;

  private final Snapshot newest;
  private final String name;
  private final DataInputStream whole;
  private final int wholeRows;
  private final List<Changes> changes = new ArrayList<>();
  private final RowsFormat.Head head;
  private byte[] bytes;
  private int position;
  private int limit;
  private int next;
  private boolean ended;

  /** The changes of one snapshot: at a row that was not read yet. */
  private static final class Changes {
    final Snapshot snapshot;
    final DataInputStream in;
    final RowsFormat.Head head;
    int left;
    int number;

    Changes(Snapshot snapshot, DataInputStream in) throws IOException {
      this.snapshot = snapshot;
      this.in = in;
      head = RowsFormat.read(in, true);
      left = head.changed() + 1;
      number = -1;
      advance();
    }

    /** To the next number; behind all rows at the end. */
    void advance() throws IOException {
      left--;
      int before = number;
      number = left == 0 ? Integer.MAX_VALUE : in.readInt();
      if (number <= before || (left > 0 && number >= head.rows())) {
        throw new IOException("row " + number + " after row " + before + " of " + head.rows());
      }
    }
  }

  /**
   * @param chain from the snapshot that holds the section whole to the newest; two or more
   */
  MergedRowsInputStream(List<Snapshot> chain, String name) throws IOException {
    this.name = name;
    newest = chain.getLast();
    List<DataInputStream> opened = new ArrayList<>();
    try {
      whole = chain.getFirst().file(name, Snapshot.LOOK_AHEAD);
      opened.add(whole);
      RowsFormat.Head first = checked(chain.getFirst(), name, () -> RowsFormat.readWhole(whole));
      wholeRows = first.rows();
      for (Snapshot snapshot : chain.subList(1, chain.size())) {
        String delta = RowsFormat.deltaName(name);
        DataInputStream in = snapshot.file(delta, Snapshot.DELTA_LOOK_AHEAD);
        opened.add(in);
        changes.add(checked(snapshot, delta, () -> new Changes(snapshot, in)));
      }
      head = changes.getLast().head;
      checkRowBytes(first.rowBytes());
    } catch (IOException e) {
      for (DataInputStream in : opened) {
        in.close();
      }
      throw e;
    }
    bytes = start();
    limit = bytes.length;
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Every block was as it was written: what is wrong then still is said with the file's name. */
  private static <T> T checked(Snapshot snapshot, String section, Reading<T> reading)
      throws IOException {
    try {
      return reading.read();
    } catch (DamagedSnapshotException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedSnapshotException(snapshot.filePath(section), -1, String.valueOf(e));
    }
  }

  private void checkRowBytes(int rowBytes) throws IOException {
    for (Changes c : changes) {
      if (c.head.rowBytes() != rowBytes) {
        throw new DamagedSnapshotException(
            c.snapshot.filePath(RowsFormat.deltaName(name)),
            -1,
            "rows of " + c.head.rowBytes() + " bytes, those before have " + rowBytes);
      }
    }
  }

  private byte[] start() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RowsFormat.writeWhole(new DataOutputStream(out), head.bytes(), head.rowBytes(), head.rows());
    return out.toByteArray();
  }

  @Override
  public int read() throws IOException {
    return position < limit || fill() ? bytes[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] out, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == limit && !fill()) {
      return -1;
    }
    int n = Math.min(length, limit - position);
    System.arraycopy(bytes, position, out, offset, n);
    position += n;
    return n;
  }

  /**
   * Brings the next rows.
   *
   * @return false after the last
   */
  private boolean fill() throws IOException {
    if (next == head.rows()) {
      readToTheEnd();
      return false;
    }
    position = 0;
    limit = 0;
    if (head.rowBytes() == RowsFormat.VARIABLE) {
      while (next < head.rows() && limit < COPY_BYTES) {
        fillVariable();
        next++;
      }
    } else {
      next += fillFixed(head.rowBytes());
    }
    return true;
  }

  /** Appends one row, its length before it. */
  private void fillVariable() throws IOException {
    boolean changed = nextChanged() == next;
    if (changed) {
      if (next < wholeRows) {
        whole.skipNBytes(rowBytes(whole));
      }
      int at = limit;
      for (Changes c : changes) {
        if (c.number == next) {
          limit = at;
          append(c.in);
          advance(c);
        }
      }
    } else {
      checkWhole(1);
      append(whole);
    }
  }

  private void append(DataInputStream in) throws IOException {
    int n = rowBytes(in);
    if (limit + Integer.BYTES + n > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(limit + Integer.BYTES + n, 2 * bytes.length));
    }
    ByteBuffer.wrap(bytes).putInt(limit, n);
    in.readFully(bytes, limit + Integer.BYTES, n);
    limit += Integer.BYTES + n;
  }

  private int rowBytes(DataInputStream in) throws IOException {
    return RowsFormat.readRowBytes(in, head);
  }

  /** Brings rows that have not changed, or one that has; returns how many. */
  private int fillFixed(int rowBytes) throws IOException {
    int most = Math.max(1, COPY_BYTES / rowBytes);
    if (bytes.length < most * rowBytes) {
      bytes = new byte[most * rowBytes];
    }
    int changed = nextChanged();
    int n = Math.min(most, Math.min(changed, head.rows()) - next);
    if (n > 0) {
      checkWhole(n);
      whole.readFully(bytes, 0, n * rowBytes);
    } else {
      n = 1;
      readChanged();
    }
    limit = n * rowBytes;
    return n;
  }

  private int nextChanged() {
    int least = Integer.MAX_VALUE;
    for (Changes c : changes) {
      least = Math.min(least, c.number);
    }
    return least;
  }

  private void checkWhole(int n) throws IOException {
    if (next + n > wholeRows) {
      throw new DamagedSnapshotException(
          newest.filePath(RowsFormat.deltaName(name)),
          -1,
          "row " + Math.max(next, wholeRows) + " is in no snapshot that it builds on");
    }
  }

  /** The row as the newest snapshot has it that changed it. */
  private void readChanged() throws IOException {
    if (next < wholeRows) {
      whole.skipNBytes(head.rowBytes());
    }
    for (Changes c : changes) {
      if (c.number == next) {
        c.in.readFully(bytes, 0, head.rowBytes());
        advance(c);
      }
    }
  }

  private void advance(Changes c) throws IOException {
    checked(
        c.snapshot,
        RowsFormat.deltaName(name),
        () -> {
          c.advance();
          return true;
        });
  }

  /** Rows that are gone by now count too: a block is damaged wherever it is. */
  private void readToTheEnd() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    byte[] rest = new byte[COPY_BYTES];
    while (whole.read(rest) >= 0) {}
    for (Changes c : changes) {
      while (c.in.read(rest) >= 0) {}
    }
  }

  @Override
  public void close() throws IOException {
    whole.close();
    for (Changes c : changes) {
      c.in.close();
    }
  }
}
