package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * When snapshots are taken and how many are kept. What each number can be stands in the constant of
 * its name.
 *
 * @param intervalSec seconds between two scheduled snapshots; nothing is written if nothing has
 *     changed. 0: on demand, on close, and when {@code copyBytes} is reached
 * @param keep snapshots kept, the newest ones and what they build on. If it is above 1 and these
 *     build on one base, the newest that builds on another is kept too
 * @param onClose whether closing the engine takes a snapshot
 * @param maxDeltas snapshots of changes in a row, after which they are merged
 * @param compactShare bytes of changes, as a share of what they change, beyond which they are
 *     merged
 * @param copyBytes bytes of changed rows that make a snapshot due before its time, as they are
 *     copied in memory
 */
public record SnapshotOptions(
    long intervalSec,
    int keep,
    boolean onClose,
    int maxDeltas,
    double compactShare,
    long copyBytes) {
  public static final WholeRange INTERVAL_SEC = WholeRange.of(0, 604_800);
  public static final WholeRange KEEP = WholeRange.of(1, 1_000);
  public static final WholeRange MAX_DELTAS = WholeRange.of(1, 1_000);
  public static final NumberRange COMPACT_SHARE = NumberRange.of(0, 100);
  public static final WholeRange COPY_BYTES = WholeRange.of(1L << 20, 1L << 40);

  public SnapshotOptions {
    INTERVAL_SEC.check("snapshots.intervalSec", intervalSec);
    KEEP.check("snapshots.keep", keep);
    MAX_DELTAS.check("snapshots.maxDeltas", maxDeltas);
    COMPACT_SHARE.check("snapshots.compactShare", compactShare);
    COPY_BYTES.check("snapshots.copyBytes", copyBytes);
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
