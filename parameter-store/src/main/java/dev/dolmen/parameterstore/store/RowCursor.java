package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The rows of one slot of a snapshot, in the order of their numbers. One thread. */
public final class RowCursor implements Closeable {
  private static final int WEIGHTS_OFFSET = 16;

  private final DataInputStream in;
  private final ByteBuffer row;
  private final float[] weights;
  private final float[] state;
  private final WeightStorage storage;
  private final int stateOffset;
  private final int rows;
  private int number = -1;

  RowCursor(DataInputStream in, int version, TableSnapshot.SlotShape slot) throws IOException {
    this.in = in;
    weights = new float[slot.dim()];
    state = new float[slot.stateFloats()];
    storage = slot.storage();
    stateOffset = WEIGHTS_OFFSET + WeightCodec.bytes(storage, slot.dim());
    int rowBytes = stateOffset + 4 * state.length;
    row = ByteBuffer.allocate(rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      rows = in.readInt();
      in.skipNBytes(Long.BYTES + Integer.BYTES + 4L * (weights.length + state.length));
    } else {
      RowsFormat.Head head = RowsFormat.readWhole(in);
      rows = head.rows();
      if (head.rowBytes() != rowBytes) {
        throw new IOException(
            "slot "
                + slot.name()
                + ": rows of "
                + head.rowBytes()
                + " bytes, expected "
                + rowBytes);
      }
    }
  }

  /** Rows of the slot. */
  public int rows() {
    return rows;
  }

  /**
   * Goes to the next row.
   *
   * @return false after the last
   */
  public boolean next() throws IOException {
    if (number + 1 == rows) {
      return false;
    }
    number++;
    in.readFully(row.array());
    return true;
  }

  /** The row's number, 0 to {@link #rows} - 1. */
  public int number() {
    return number;
  }

  public long fid() {
    return row.getLong(0);
  }

  /** Second since 1970 in which training saw it last. */
  public long lastSeenSec() {
    return Integer.toUnsignedLong(row.getInt(8));
  }

  public int occurrences() {
    return row.getInt(12);
  }

  /** The weights; overwritten by the next call. */
  public float[] weights() {
    ScalarWeightCodec.unpack(storage, row.array(), WEIGHTS_OFFSET, weights);
    return weights;
  }

  /** The optimiser's state; overwritten by the next call. */
  public float[] state() {
    for (int i = 0; i < state.length; i++) {
      state[i] = row.getFloat(stateOffset + 4 * i);
    }
    return state;
  }

  /** Euclidean length of the weights, which it reads as {@link #weights} does. */
  public double norm() {
    double sum = 0;
    for (float weight : weights()) {
      sum += (double) weight * weight;
    }
    return Math.sqrt(sum);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
