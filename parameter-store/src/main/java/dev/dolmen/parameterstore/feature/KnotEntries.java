package dev.dolmen.parameterstore.feature;

/**
 * What a number comes to at the time of looking: the rows of the two knots next to it, or of one
 * that it lies on, or none. Reused; one thread.
 */
public final class KnotEntries implements EntryReceiver {
  private final long[] fids = new long[2];
  private final float[] weights = new float[2];
  private int size;

  public KnotEntries() {}

  void clear() {
    size = 0;
  }

  @Override
  public void add(long fid, float weight) {
    fids[size] = fid;
    weights[size++] = weight;
  }

  /** Entries, 0 to 2. */
  public int size() {
    return size;
  }

  /** Id of the row of an entry. */
  public long fid(int entry) {
    return fids[entry];
  }

  /** Pooling weight of an entry. */
  public float weight(int entry) {
    return weights[entry];
  }
}
