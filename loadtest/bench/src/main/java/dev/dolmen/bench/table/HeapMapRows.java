package dev.dolmen.bench.table;

import java.util.concurrent.ConcurrentHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** A map on the heap from fid to an array of weights and state. */
abstract class HeapMapRows implements RowTable {
  private final PlainAdagrad adagrad;

  private HeapMapRows(PlainAdagrad adagrad) {
    this.adagrad = adagrad;
  }

  abstract float @Nullable [] get(long fid);

  abstract void put(long fid, float[] row);

  /** The JDK's concurrent map. */
  static RowTable concurrent(PlainAdagrad adagrad) {
    ConcurrentHashMap<Long, float[]> map = new ConcurrentHashMap<>();
    return new HeapMapRows(adagrad) {
      @Override
      float @Nullable [] get(long fid) {
        return map.get(fid);
      }

      @Override
      void put(long fid, float[] row) {
        map.put(fid, row);
      }
    };
  }

  /** Agrona's map of primitive keys; readers only while nobody writes. */
  static RowTable agrona(PlainAdagrad adagrad) {
    Long2ObjectHashMap<float[]> map = new Long2ObjectHashMap<>();
    return new HeapMapRows(adagrad) {
      @Override
      float @Nullable [] get(long fid) {
        return map.get(fid);
      }

      @Override
      void put(long fid, float[] row) {
        map.put(fid, row);
      }
    };
  }

  @Override
  public void insert(long[] fids, int n, float[] weights) {
    for (int i = 0; i < n; i++) {
      float[] row = new float[adagrad.rowFloats()];
      adagrad.fill(weights, i * adagrad.dim(), row);
      put(fids[i], row);
    }
  }

  @Override
  public RowSession session() {
    return new RowSession() {
      @Override
      public int find(long[] fids, int from, int n, float[] out) {
        int dim = adagrad.dim();
        int found = 0;
        for (int i = 0; i < n; i++) {
          float[] row = get(fids[from + i]);
          if (row != null) {
            System.arraycopy(row, 0, out, i * dim, dim);
            found++;
          }
        }
        return found;
      }

      @Override
      public void update(long[] fids, int from, int n, float[] gradients) {
        for (int i = 0; i < n; i++) {
          float[] row = get(fids[from + i]);
          if (row != null) {
            adagrad.step(row, gradients, i * adagrad.dim());
          }
        }
      }
    };
  }

  @Override
  public void close() {}
}
