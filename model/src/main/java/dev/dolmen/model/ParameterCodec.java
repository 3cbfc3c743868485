package dev.dolmen.model;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Arrays of floats as bytes, big-endian. */
final class ParameterCodec {
  private static final int CHUNK = 4096;

  private ParameterCodec() {}

  static void write(float[] numbers, DataOutput out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK);
    for (int from = 0; from < numbers.length; from += CHUNK) {
      int count = Math.min(CHUNK, numbers.length - from);
      bytes.clear();
      bytes.asFloatBuffer().put(numbers, from, count);
      out.write(bytes.array(), 0, 4 * count);
    }
  }

  static void read(DataInput in, float[] numbers) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK);
    for (int from = 0; from < numbers.length; from += CHUNK) {
      int count = Math.min(CHUNK, numbers.length - from);
      in.readFully(bytes.array(), 0, 4 * count);
      bytes.clear();
      bytes.asFloatBuffer().get(numbers, from, count);
    }
  }

  /** Mixes the bits of all numbers into {@code hash}. */
  static long hash(long hash, float[] numbers) {
    long h = hash;
    for (float number : numbers) {
      h = (h ^ Float.floatToRawIntBits(number)) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 29;
    }
    return h;
  }
}
