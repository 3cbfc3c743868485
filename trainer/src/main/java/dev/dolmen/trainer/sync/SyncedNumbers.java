package dev.dolmen.trainer.sync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Rows of floats as bytes of a {@link SyncFormat}, little-endian, and back. */
final class SyncedNumbers {
  private static final int BF16_SHIFT = 16;
  private static final int LARGEST = 127;

  private SyncedNumbers() {}

  /** Bytes of a row. */
  static int rowBytes(SyncFormat format, int dim) {
    return switch (format) {
      case FP32 -> Float.BYTES * dim;
      case BF16 -> Short.BYTES * dim;
      case INT8 -> Float.BYTES + dim;
    };
  }

  /** Memory for rows, to be filled by {@link #put}. */
  static ByteBuffer room(SyncFormat format, int rows, int dim) {
    return order(new byte[Math.multiplyExact(rows, rowBytes(format, dim))]);
  }

  /** Bytes to be read by {@link #get}. */
  static ByteBuffer order(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Appends {@code row[from .. from + dim - 1]}. */
  static void put(SyncFormat format, float[] row, int from, int dim, ByteBuffer out) {
    switch (format) {
      case FP32 -> {
        for (int i = from; i < from + dim; i++) {
          out.putFloat(row[i]);
        }
      }
      case BF16 -> {
        for (int i = from; i < from + dim; i++) {
          out.putShort(toBf16(row[i]));
        }
      }
      case INT8 -> putBytes(row, from, dim, out);
    }
  }

  private static void putBytes(float[] row, int from, int dim, ByteBuffer out) {
    float largest = 0;
    for (int i = from; i < from + dim; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    float scale = largest / LARGEST;
    out.putFloat(scale);
    for (int i = from; i < from + dim; i++) {
      out.put((byte) (scale == 0 ? 0 : Math.round(row[i] / scale)));
    }
  }

  /** Reads the next row into {@code row[from .. from + dim - 1]}. */
  static void get(SyncFormat format, ByteBuffer in, float[] row, int from, int dim) {
    switch (format) {
      case FP32 -> {
        for (int i = from; i < from + dim; i++) {
          row[i] = in.getFloat();
        }
      }
      case BF16 -> {
        for (int i = from; i < from + dim; i++) {
          row[i] = Float.intBitsToFloat(in.getShort() << BF16_SHIFT);
        }
      }
      case INT8 -> {
        float scale = in.getFloat();
        for (int i = from; i < from + dim; i++) {
          row[i] = in.get() * scale;
        }
      }
    }
  }

  /** To the nearest, ties to even; a number that is not finite stays so. */
  private static short toBf16(float number) {
    int bits = Float.floatToRawIntBits(number);
    if (!Float.isFinite(number)) {
      return (short) (bits >>> BF16_SHIFT);
    }
    int half = 0x7FFF + (bits >>> BF16_SHIFT & 1);
    return (short) ((bits + half) >>> BF16_SHIFT);
  }
}
