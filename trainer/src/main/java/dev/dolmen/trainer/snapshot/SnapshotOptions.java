package dev.dolmen.trainer.snapshot;

import dev.dolmen.trainer.state.Bounds;

/**
 * When snapshots are taken and how many are kept.
 *
 * @param intervalSec seconds between two scheduled snapshots; nothing is written if nothing has
 *     changed. 0: on demand, on close, and when {@code copyBytes} is reached. 0 to 604,800
 * @param keep snapshots kept, the newest ones and what they build on; 1 to 1,000. If it is above 1
 *     and these build on one base, the newest that builds on another is kept too
 * @param onClose whether closing the engine takes a snapshot
 * @param maxDeltas snapshots of changes in a row, after which they are merged; 1 to 1,000
 * @param compactShare bytes of changes, as a share of what they change, beyond which they are
 *     merged; 0 to 100
 * @param copyBytes bytes of changed rows that make a snapshot due before its time, as they are
 *     copied in memory; 2^20 to 2^40
 */
public record SnapshotOptions(
    long intervalSec,
    int keep,
    boolean onClose,
    int maxDeltas,
    double compactShare,
    long copyBytes) {
  public SnapshotOptions {
    Bounds.check("snapshots.intervalSec", intervalSec, 0, 604_800);
    Bounds.check("snapshots.keep", keep, 1, 1_000);
    Bounds.check("snapshots.maxDeltas", maxDeltas, 1, 1_000);
    Bounds.check("snapshots.copyBytes", copyBytes, 1L << 20, 1L << 40);
    if (!(compactShare >= 0 && compactShare <= 100)) {
      throw new IllegalArgumentException(
          "snapshots.compactShare: " + compactShare + " is not between 0 and 100");
    }
  }

  /** Merged after 24 in a row or at half of the whole, with copies of 256 MiB at most. */
  public SnapshotOptions(long intervalSec, int keep, boolean onClose) {
    this(intervalSec, keep, onClose, 24, 0.5, 256L << 20);
  }

  /** Every five minutes and on close, three kept. */
  public static SnapshotOptions defaults() {
    return new SnapshotOptions(300, 3, true);
  }
}
