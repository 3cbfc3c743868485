package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.WeightStorage;
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
  private final TableLayout.Counts counts;
  private final float[] outOfVocabulary;
  private int number = -1;

  RowCursor(DataInputStream in, int version, TableSnapshot.SlotShape slot) throws IOException {
    this.in = in;
    weights = new float[slot.dim()];
    state = new float[slot.stateFloats()];
    storage = slot.storage();
    stateOffset = WEIGHTS_OFFSET + WeightCodec.bytes(storage, slot.dim());
    int rowBytes = stateOffset + 4 * state.length;
    row = ByteBuffer.allocate(rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    outOfVocabulary = new float[weights.length + state.length];
    byte[] floats = new byte[4 * outOfVocabulary.length];
    counts = TableLayout.readCounts(in, version, "slot " + slot.name(), rowBytes, floats);
    ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(outOfVocabulary);
  }

  /** What stands before the rows. */
  TableLayout.Counts counts() {
    return counts;
  }

  /** Weights of the out-of-vocabulary row, then its state; not a copy. */
  float[] outOfVocabulary() {
    return outOfVocabulary;
  }

  /** Rows of the slot. */
  public int rows() {
    return counts.rows();
  }

  /**
   * Goes to the next row.
   *
   * @return false after the last
   */
  public boolean next() throws IOException {
    if (number + 1 == counts.rows()) {
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

  /** All of the row as it is written; overwritten by the next call of {@link #next}. */
  byte[] bytes() {
    return row.array();
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
