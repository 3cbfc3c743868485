package dev.dolmen.trainer.ingest;

/**
 * How many records may wait to be learned, so that none waits much longer than configured at the
 * recent speed. Owned by the training thread.
 */
public final class LagBound {
  private static final double SMOOTHING = 0.1;

  private final long lagMs;
  private final int recordsMin;
  private double recordsPerMs;

  public LagBound(long lagMs, int recordsMin) {
    this.lagMs = lagMs;
    this.recordsMin = recordsMin;
  }

  /** So many records took so many microseconds of work. */
  public void add(long records, long us) {
    if (records > 0 && us > 0) {
      double now = records * 1_000.0 / us;
      recordsPerMs = recordsPerMs == 0 ? now : recordsPerMs + SMOOTHING * (now - recordsPerMs);
    }
  }

  public int records() {
    return (int) Math.max(recordsMin, Math.min(10_000_000, recordsPerMs * lagMs));
  }

  /** Records a second of work, recently. */
  public double recordsPerSecond() {
    return recordsPerMs * 1_000;
  }
}
