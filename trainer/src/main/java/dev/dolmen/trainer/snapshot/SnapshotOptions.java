package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;
import java.util.function.UnaryOperator;

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
 * @param copyBytes bytes of changed rows that make a snapshot due before its time; and bytes of
 *     what changes while one is written that are kept in memory, beyond which training waits
 * @param store where each snapshot is put besides, for starts without a directory; none by default
 */
public record SnapshotOptions(
    long intervalSec,
    int keep,
    boolean onClose,
    int maxDeltas,
    double compactShare,
    long copyBytes,
    StoreLocation store) {
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

  /**
   * Every five minutes and on close, three kept; merged after 24 in a row or at half of the whole,
   * with 256 MiB of changed rows at most.
   */
  public static SnapshotOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public SnapshotOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private long intervalSec = 300;
    private int keep = 3;
    private boolean onClose = true;
    private int maxDeltas = 24;
    private double compactShare = 0.5;
    private long copyBytes = 256L << 20;
    private StoreLocation store = StoreLocation.NONE;

    private Builder() {}

    private Builder(SnapshotOptions from) {
      intervalSec = from.intervalSec;
      keep = from.keep;
      onClose = from.onClose;
      maxDeltas = from.maxDeltas;
      compactShare = from.compactShare;
      copyBytes = from.copyBytes;
      store = from.store;
    }

    public Builder intervalSec(long value) {
      intervalSec = value;
      return this;
    }

    public Builder keep(int value) {
      keep = value;
      return this;
    }

    public Builder onClose(boolean value) {
      onClose = value;
      return this;
    }

    public Builder maxDeltas(int value) {
      maxDeltas = value;
      return this;
    }

    public Builder compactShare(double value) {
      compactShare = value;
      return this;
    }

    public Builder copyBytes(long value) {
      copyBytes = value;
      return this;
    }

    public Builder store(StoreLocation value) {
      store = value;
      return this;
    }

    private SnapshotOptions build() {
      return new SnapshotOptions(
          intervalSec, keep, onClose, maxDeltas, compactShare, copyBytes, store);
    }
  }
}
