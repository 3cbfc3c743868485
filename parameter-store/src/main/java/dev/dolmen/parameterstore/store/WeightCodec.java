package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.memory.NativeMemory.ALL;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of one row off the heap, in floats and as they are stored: as {@link WeightRounding} has
 * it, with the same bits, many at a time. Stored, little-endian:
 *
 * <pre>
 *   fp32  dim floats
 *   bf16  dim shorts, zeros up to a multiple of 4 bytes
 *   int8  scale (float), dim bytes, zeros up to a multiple of 4 bytes
 * </pre>
 */
final class WeightCodec {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** A quarter of these must still be a vector. */
  private static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() < 256
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_PREFERRED;

  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(16 * LANES));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LANES));

  private final WeightStorage storage;
  private final int dim;
  private final int bytes;

  WeightCodec(WeightStorage storage, int dim) {
    this.storage = storage;
    this.dim = dim;
    bytes = bytes(storage, dim);
  }

  /** Bytes of a row's weights as they are stored, a multiple of 4. */
  static int bytes(WeightStorage storage, int dim) {
    return switch (storage) {
      case FP32 -> 4 * dim;
      case BF16 -> (2 * dim + 3) & -4;
      case INT8 -> 4 + ((dim + 3) & -4);
    };
  }

  /** Copies a row's weights to {@code out[at .. at + dim - 1]}. */
  void read(long address, float[] out, int at) {
    switch (storage) {
      case FP32 -> NativeMemory.copyFloats(address, out, at, dim);
      case BF16 -> {
        int i = 0;
        for (; i <= dim - LANES; i += LANES) {
          fromBf16(address + 2L * i).intoArray(out, at + i);
        }
        for (; i < dim; i++) {
          out[at + i] = WeightRounding.fromBf16(NativeMemory.getShort(address + 2L * i));
        }
      }
      case INT8 -> {
        float scale = NativeMemory.getFloat(address);
        int i = 0;
        for (; i <= dim - LANES; i += LANES) {
          fromInt8(address + 4 + i).mul(scale).intoArray(out, at + i);
        }
        for (; i < dim; i++) {
          out[at + i] = NativeMemory.getByte(address + 4 + i) * scale;
        }
      }
    }
  }

  /** What storing to the nearest and reading makes of {@code weights[at .. at + dim - 1]}. */
  void round(float[] weights, int at) {
    switch (storage) {
      case FP32 -> {}
      case BF16 -> {
        for (int i = at; i < at + dim; i++) {
          short half = WeightRounding.toBf16(weights[i], WeightRounding.NEAREST, 0);
          weights[i] = WeightRounding.fromBf16(half);
        }
      }
      case INT8 -> {
        float largest = 0;
        for (int i = at; i < at + dim; i++) {
          largest = Math.max(largest, Math.abs(weights[i]));
        }
        float scale = WeightRounding.scale(largest);
        for (int i = at; i < at + dim; i++) {
          byte multiple = WeightRounding.toInt8(weights[i], 1 / scale, WeightRounding.NEAREST, 0);
          weights[i] = multiple * scale;
        }
      }
    }
  }

  /** The same to {@code [dim]} floats off the heap. */
  void unpack(long address, long floats) {
    switch (storage) {
      case FP32 -> NativeMemory.copy(address, floats, bytes);
      case BF16 -> {
        int i = 0;
        for (; i <= dim - LANES; i += LANES) {
          fromBf16(address + 2L * i).intoMemorySegment(ALL, floats + 4L * i, ORDER);
        }
        for (; i < dim; i++) {
          short half = NativeMemory.getShort(address + 2L * i);
          NativeMemory.putFloat(floats + 4L * i, WeightRounding.fromBf16(half));
        }
      }
      case INT8 -> {
        float scale = NativeMemory.getFloat(address);
        int i = 0;
        for (; i <= dim - LANES; i += LANES) {
          fromInt8(address + 4 + i).mul(scale).intoMemorySegment(ALL, floats + 4L * i, ORDER);
        }
        for (; i < dim; i++) {
          NativeMemory.putFloat(floats + 4L * i, NativeMemory.getByte(address + 4 + i) * scale);
        }
      }
    }
  }

  private static FloatVector fromBf16(long address) {
    return ShortVector.fromMemorySegment(SHORTS, ALL, address, ORDER)
        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  private static FloatVector fromInt8(long address) {
    return (FloatVector)
        ByteVector.fromMemorySegment(BYTES, ALL, address, ORDER)
            .convertShape(VectorOperators.B2F, FLOATS, 0);
  }

  /**
   * Stores {@code [dim]} floats from off the heap.
   *
   * @param seed of the row's random bits, or {@link WeightRounding#NEAREST}
   */
  void pack(long floats, long address, long seed) {
    switch (storage) {
      case FP32 -> NativeMemory.copy(floats, address, bytes);
      case BF16 -> packBf16(floats, address, seed);
      case INT8 -> packInt8(floats, address, seed);
    }
  }

  private void packBf16(long floats, long address, long seed) {
    int i = 0;
    for (; i <= dim - LANES; i += LANES) {
      IntVector bits = IntVector.fromMemorySegment(INTS, ALL, floats + 4L * i, ORDER);
      IntVector added =
          seed == WeightRounding.NEAREST
              ? bits.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF)
              : SeededBits.steps(INTS, seed, i / 2).and(0xFFFF);
      bits.add(added)
          .lanewise(VectorOperators.LSHR, 16)
          .convertShape(VectorOperators.I2S, SHORTS, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(ALL, address + 2L * i, ORDER);
    }
    for (; i < dim; i++) {
      float weight = NativeMemory.getFloat(floats + 4L * i);
      NativeMemory.putShort(address + 2L * i, WeightRounding.toBf16(weight, seed, i));
    }
    if ((dim & 1) != 0) {
      NativeMemory.putShort(address + 2L * dim, (short) 0);
    }
  }

  private void packInt8(long floats, long address, long seed) {
    float scale = WeightRounding.scale(largest(floats));
    float inverse = 1 / scale;
    NativeMemory.putFloat(address, scale);
    int i = 0;
    for (; i <= dim - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromMemorySegment(FLOATS, ALL, floats + 4L * i, ORDER);
      FloatVector scaled = weight.mul(inverse);
      FloatVector raised =
          seed == WeightRounding.NEAREST
              ? scaled.add(128.5f)
              : scaled.add(up(SeededBits.steps(INTS, seed, i / 2)));
      IntVector whole = (IntVector) raised.convert(VectorOperators.F2I, 0);
      whole
          .sub(128)
          .max(-127)
          .min(127)
          .convertShape(VectorOperators.I2B, BYTES, 0)
          .reinterpretAsBytes()
          .intoMemorySegment(ALL, address + 4 + i, ORDER);
    }
    for (; i < dim; i++) {
      float weight = NativeMemory.getFloat(floats + 4L * i);
      NativeMemory.putByte(address + 4 + i, WeightRounding.toInt8(weight, inverse, seed, i));
    }
    for (; i < bytes - 4; i++) {
      NativeMemory.putByte(address + 4 + i, (byte) 0);
    }
  }

  private static FloatVector up(IntVector random) {
    return ((FloatVector) random.and(0xFFFF).convert(VectorOperators.I2F, 0))
        .mul(0x1p-16f)
        .add(128);
  }

  private float largest(long floats) {
    FloatVector most = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dim - LANES; i += LANES) {
      most = most.max(FloatVector.fromMemorySegment(FLOATS, ALL, floats + 4L * i, ORDER).abs());
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    for (; i < dim; i++) {
      largest = Math.max(largest, Math.abs(NativeMemory.getFloat(floats + 4L * i)));
    }
    return largest;
  }
}
