package dev.dolmen.parameterstore.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads and stores at absolute addresses. Nothing is checked: an address outside of mapped memory
 * ends the process, so callers only use addresses of rows that they keep mapped.
 *
 * <p>Little-endian machines only, as snapshots copy rows as they are.
 */
public final class NativeMemory {
  /** All of the address space. Being a constant, its bounds checks fold away. */
  @SuppressWarnings("restricted")
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

  static {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new ExceptionInInitializerError("byte order: big-endian, expected little-endian");
    }
  }

  private NativeMemory() {}

  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG, address, value);
  }

  /** Nothing after it is loaded or stored before it. {@code address} is a multiple of 4. */
  public static int getIntAcquire(long address) {
    return (int) INT.getAcquire(ALL, address);
  }

  /** Nothing before it is loaded or stored after it. {@code address} is a multiple of 4. */
  public static void putIntRelease(long address, int value) {
    INT.setRelease(ALL, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT, address, value);
  }

  public static short getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  public static void putShort(long address, short value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }

  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  public static float getFloat(long address) {
    return ALL.get(ValueLayout.JAVA_FLOAT, address);
  }

  public static void putFloat(long address, float value) {
    ALL.set(ValueLayout.JAVA_FLOAT, address, value);
  }

  /** Copies {@code n} floats to {@code out[offset .. offset + n - 1]}. */
  public static void copyFloats(long address, float[] out, int offset, int n) {
    int i = 0;
    for (; i <= n - LANES.length(); i += LANES.length()) {
      FloatVector.fromMemorySegment(LANES, ALL, address + 4L * i, ByteOrder.LITTLE_ENDIAN)
          .intoArray(out, offset + i);
    }
    for (; i < n; i++) {
      out[offset + i] = getFloat(address + 4L * i);
    }
  }

  /** Copies all of {@code in} to {@code address}. */
  public static void putFloats(long address, float[] in) {
    MemorySegment.copy(in, 0, ALL, ValueLayout.JAVA_FLOAT, address, in.length);
  }

  /** Copies {@code n} bytes from one address to another. */
  public static void copy(long from, long to, int n) {
    MemorySegment.copy(ALL, from, ALL, to, n);
  }

  /** Copies {@code n} bytes to {@code out[offset .. offset + n - 1]}. */
  public static void copyBytes(long address, byte[] out, int offset, int n) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, out, offset, n);
  }

  /** Copies {@code in[offset .. offset + n - 1]} to {@code address}. */
  public static void putBytes(long address, byte[] in, int offset, int n) {
    MemorySegment.copy(in, offset, ALL, ValueLayout.JAVA_BYTE, address, n);
  }
}
