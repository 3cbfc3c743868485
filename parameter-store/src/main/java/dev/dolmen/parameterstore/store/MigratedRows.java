package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The rows section of one slot as other options have it, made row by row from those of a snapshot:
 * the same fids, seconds and occurrences; weights as they are stored now; the optimizer's state, or
 * what a new row of these weights begins with. One thread.
 */
final class MigratedRows extends InputStream {
  private final RowCursor rows;
  private final RowOptions options;
  private final boolean same;
  private final boolean keepsState;
  private final long threshold;
  private long ties;
  private final float[] begun;
  private byte[] bytes;
  private int at;

  /**
   * @param rows those of the snapshot; closed with this
   * @param was how they are stored
   * @param options how they are to be
   * @param threshold see {@link RowsThatStay}
   * @param room rows at most
   */
  MigratedRows(
      RowCursor rows,
      TableSnapshot.SlotShape was,
      RowOptions options,
      long threshold,
      long ties,
      long room) {
    this.rows = rows;
    this.options = options;
    this.threshold = threshold;
    this.ties = ties;
    keepsState = keepsState(was, options);
    same = keepsState && was.storage() == options.storage();
    begun = new float[RowState.floats(options.segments())];
    int stay = (int) Math.min(rows.rows(), room);
    bytes = head(stay);
  }

  /** Whether the optimizer's state of a row goes on: the same rules over the same floats. */
  static boolean keepsState(TableSnapshot.SlotShape was, RowOptions options) {
    List<String> now = options.segments().stream().map(TableLayout::text).toList();
    if (!was.segments().isEmpty()) {
      return was.segments().equals(now);
    }
    // Version 1 knew one segment, which it did not name.
    return now.size() == 1 && was.optimizer().equals(options.optimizer().kind().name());
  }

  /** The section of a slot without rows. */
  static byte[] none(RowOptions options) {
    float[] outOfVocabulary = new float[TableLayout.headFloats(options)];
    float[] state = new float[RowState.floats(options.segments())];
    RowState.fill(options.segments(), new float[options.dim()], state);
    System.arraycopy(state, 0, outOfVocabulary, options.dim(), state.length);
    return section(options, 0, new TableLayout.Counts(0, 0, 0, 0), outOfVocabulary);
  }

  private static byte[] section(
      RowOptions options, int rows, TableLayout.Counts counts, float[] outOfVocabulary) {
    byte[] head =
        TableLayout.head(options, counts.evictions(), counts.expirePosition(), counts.steps());
    ByteBuffer.wrap(head)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(TableLayout.HEAD_COUNT_BYTES)
        .asFloatBuffer()
        .put(outOfVocabulary);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      RowsFormat.writeWhole(new DataOutputStream(out), head, TableLayout.rowBytes(options), rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** What leaves counts as evicted; the sweep of those that expire begins again then. */
  private byte[] head(int stay) {
    TableLayout.Counts was = rows.counts();
    int leave = was.rows() - stay;
    TableLayout.Counts counts =
        new TableLayout.Counts(
            stay, was.evictions() + leave, leave == 0 ? was.expirePosition() : 0, was.steps());
    float[] weights = Arrays.copyOf(rows.outOfVocabulary(), options.dim());
    float[] all = Arrays.copyOf(weights, TableLayout.headFloats(options));
    if (keepsState) {
      System.arraycopy(
          rows.outOfVocabulary(), options.dim(), all, options.dim(), all.length - options.dim());
    } else {
      RowState.fill(options.segments(), weights, begun);
      System.arraycopy(begun, 0, all, options.dim(), begun.length);
    }
    return section(options, stay, counts, all);
  }

  /** Makes the next row that stays; false after the last. */
  private boolean next() throws IOException {
    while (rows.next()) {
      if (stays()) {
        bytes = same ? rows.bytes() : converted();
        at = 0;
        return true;
      }
    }
    return false;
  }

  private boolean stays() {
    int order = Long.compareUnsigned(RowsThatStay.rank(rows), threshold);
    return threshold == 0 || order > 0 || (order == 0 && ties-- > 0);
  }

  private byte[] converted() {
    float[] weights = rows.weights();
    byte[] stored = ScalarWeightCodec.pack(options.storage(), weights, WeightRounding.NEAREST);
    float[] state = begun;
    if (keepsState) {
      state = rows.state();
    } else {
      ScalarWeightCodec.unpack(options.storage(), stored, 0, weights);
      RowState.fill(options.segments(), weights, state);
    }
    ByteBuffer row =
        ByteBuffer.allocate(TableLayout.rowBytes(options)).order(ByteOrder.LITTLE_ENDIAN);
    row.putLong(rows.fid()).putInt((int) rows.lastSeenSec()).putInt(rows.occurrences());
    row.put(stored);
    for (float number : state) {
      row.putFloat(number);
    }
    return row.array();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] out, int from, int length) throws IOException {
    int done = 0;
    while (done < length && (at < bytes.length || next())) {
      int part = Math.min(length - done, bytes.length - at);
      System.arraycopy(bytes, at, out, from + done, part);
      at += part;
      done += part;
    }
    return done == 0 && length > 0 ? -1 : done;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
