package dev.dolmen.trainer;

/**
 * When snapshots are taken and how many are kept.
 *
 * @param intervalSec seconds between two scheduled snapshots; nothing is written if nothing has
 *     changed. 0: only on demand and on close. 0 to 604,800
 * @param keep snapshots kept, the newest ones; 1 to 1,000
 * @param onClose whether closing the engine takes a snapshot
 */
public record SnapshotOptions(long intervalSec, int keep, boolean onClose) {
  public SnapshotOptions {
    Bounds.check("snapshots.intervalSec", intervalSec, 0, 604_800);
    Bounds.check("snapshots.keep", keep, 1, 1_000);
  }

  /** Every five minutes and on close, three kept. */
  public static SnapshotOptions defaults() {
    return new SnapshotOptions(300, 3, true);
  }
}
