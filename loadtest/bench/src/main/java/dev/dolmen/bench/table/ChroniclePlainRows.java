package dev.dolmen.bench.table;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;

/**
 * Chronicle Map as its manual has it: in memory, {@code getUsing} to read, the entry's update lock
 * to step.
 */
final class ChroniclePlainRows implements RowTable {
  private final ChronicleMap<Long, byte[]> map;
  private final PlainAdagrad adagrad;

  ChroniclePlainRows(int rows, PlainAdagrad adagrad) {
    this.adagrad = adagrad;
    map =
        ChronicleMapBuilder.of(Long.class, byte[].class)
            .name("bench")
            .entries(rows)
            .constantValueSizeBySample(new byte[4 * adagrad.rowFloats()])
            .create();
  }

  @Override
  public void insert(long[] fids, int n, float[] weights) {
    float[] row = new float[adagrad.rowFloats()];
    byte[] bytes = new byte[4 * row.length];
    for (int i = 0; i < n; i++) {
      adagrad.fill(weights, i * adagrad.dim(), row);
      RowBytes.toBytes(row, bytes);
      map.put(fids[i], bytes);
    }
  }

  @Override
  public RowSession session() {
    float[] row = new float[adagrad.rowFloats()];
    byte[] bytes = new byte[4 * row.length];
    return new RowSession() {
      @Override
      public int find(long[] fids, int from, int n, float[] out) {
        int found = 0;
        for (int i = 0; i < n; i++) {
          if (map.getUsing(fids[from + i], bytes) != null) {
            RowBytes.toFloats(bytes, out, i * adagrad.dim(), adagrad.dim());
            found++;
          }
        }
        return found;
      }

      @Override
      public void update(long[] fids, int from, int n, float[] gradients) {
        for (int i = 0; i < n; i++) {
          try (ExternalMapQueryContext<Long, byte[], ?> context =
              map.queryContext(fids[from + i])) {
            context.updateLock().lock();
            MapEntry<Long, byte[]> entry = context.entry();
            if (entry != null) {
              byte[] value = entry.value().getUsing(bytes);
              RowBytes.toFloats(value, row, 0, row.length);
              adagrad.step(row, gradients, i * adagrad.dim());
              RowBytes.toBytes(row, value);
              context.replaceValue(entry, context.wrapValueAsData(value));
            }
          }
        }
      }
    };
  }

  @Override
  public void close() {
    map.close();
  }
}
