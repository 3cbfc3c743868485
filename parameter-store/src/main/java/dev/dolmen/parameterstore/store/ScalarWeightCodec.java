package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.WeightStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Weights of one row as they are stored, in an array: the slow, obvious implementation that {@link
 * WeightCodec} must agree with bit for bit.
 */
final class ScalarWeightCodec {
  private ScalarWeightCodec() {}

  /**
   * Stores weights; {@code seed} is that of the row's random bits, or {@link
   * WeightRounding#NEAREST}.
   */
  static byte[] pack(WeightStorage storage, float[] weights, long seed) {
    byte[] stored = new byte[WeightCodec.bytes(storage, weights.length)];
    ByteBuffer out = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    float largest = 0;
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    float scale = WeightRounding.scale(largest);
    if (storage == WeightStorage.INT8) {
      out.putFloat(scale);
    }
    for (int i = 0; i < weights.length; i++) {
      switch (storage) {
        case FP32 -> out.putFloat(weights[i]);
        case BF16 -> out.putShort(WeightRounding.toBf16(weights[i], seed, i));
        case INT8 -> out.put(WeightRounding.toInt8(weights[i], 1 / scale, seed, i));
      }
    }
    return stored;
  }

  /**
   * Reads stored weights.
   *
   * @param stored from {@code offset} on
   * @param weights overwritten
   */
  static void unpack(WeightStorage storage, byte[] stored, int offset, float[] weights) {
    ByteBuffer in = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).position(offset);
    float scale = storage == WeightStorage.INT8 ? in.getFloat() : 1;
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          switch (storage) {
            case FP32 -> in.getFloat();
            case BF16 -> WeightRounding.fromBf16(in.getShort());
            case INT8 -> in.get() * scale;
          };
    }
  }

  /** What storing and reading makes of weights, to the nearest. */
  static void round(WeightStorage storage, float[] weights) {
    unpack(storage, pack(storage, weights, WeightRounding.NEAREST), 0, weights);
  }
}
