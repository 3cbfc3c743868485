package dev.dolmen.bench.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Rows and fids as little-endian bytes, for tables that store bytes. */
final class RowBytes {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN)
          .withInvokeExactBehavior();
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
          .withInvokeExactBehavior();

  private RowBytes() {}

  static void putFid(long fid, byte[] bytes) {
    LONG.set(bytes, 0, fid);
  }

  static void toFloats(byte[] bytes, float[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = (float) FLOAT.get(bytes, 4 * i);
    }
  }

  static void toBytes(float[] row, byte[] bytes) {
    for (int i = 0; i < row.length; i++) {
      FLOAT.set(bytes, 4 * i, row[i]);
    }
  }
}
