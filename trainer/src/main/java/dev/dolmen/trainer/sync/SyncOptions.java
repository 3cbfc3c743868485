package dev.dolmen.trainer.sync;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.function.UnaryOperator;

/**
 * How one trainer and several servers keep together. What each number can be stands in the constant
 * of its name.
 *
 * @param intervalMs from one sync to the next, in which changes of the same numbers are sent once
 * @param format what numbers are sent as
 * @param baseIntervalSec after which all is sent again, so that what is older can be deleted and a
 *     server that begins finds little to read
 * @param takeoverMs without a sign of the trainer that leads, after which one that stands by takes
 *     over
 * @param recordBytes of a record of the topic, about, at most; a sync has as many as it needs
 * @param readyStalenessMs how far behind the log a server may be at most to become ready
 */
public record SyncOptions(
    long intervalMs,
    SyncFormat format,
    long baseIntervalSec,
    long takeoverMs,
    int recordBytes,
    long readyStalenessMs) {
  public static final WholeRange INTERVAL_MS = WholeRange.of(10, 60_000);
  public static final WholeRange BASE_INTERVAL_SEC = WholeRange.of(10, 86_400);
  public static final WholeRange TAKEOVER_MS = WholeRange.of(1_000, 600_000);
  public static final WholeRange RECORD_BYTES = WholeRange.of(16 << 10, 8 << 20);
  public static final WholeRange READY_STALENESS_MS = WholeRange.of(100, 3_600_000);

  public SyncOptions {
    INTERVAL_MS.check("cluster.interval", intervalMs);
    BASE_INTERVAL_SEC.check("cluster.baseInterval", baseIntervalSec);
    TAKEOVER_MS.check("cluster.takeover", takeoverMs);
    RECORD_BYTES.check("cluster.recordBytes", recordBytes);
    READY_STALENESS_MS.check("cluster.readyStaleness", readyStalenessMs);
  }

  /**
   * Every 250 ms, fp32, a base every 5 minutes, taken over after 6 seconds, records of 512 KiB,
   * ready at 5 seconds.
   */
  public static SyncOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public SyncOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private long intervalMs = 250;
    private SyncFormat format = SyncFormat.FP32;
    private long baseIntervalSec = 300;
    private long takeoverMs = 6_000;
    private int recordBytes = 512 << 10;
    private long readyStalenessMs = 5_000;

    private Builder() {}

    private Builder(SyncOptions from) {
      intervalMs = from.intervalMs;
      format = from.format;
      baseIntervalSec = from.baseIntervalSec;
      takeoverMs = from.takeoverMs;
      recordBytes = from.recordBytes;
      readyStalenessMs = from.readyStalenessMs;
    }

    public Builder intervalMs(long value) {
      intervalMs = value;
      return this;
    }

    public Builder format(SyncFormat value) {
      format = value;
      return this;
    }

    public Builder baseIntervalSec(long value) {
      baseIntervalSec = value;
      return this;
    }

    public Builder takeoverMs(long value) {
      takeoverMs = value;
      return this;
    }

    public Builder recordBytes(int value) {
      recordBytes = value;
      return this;
    }

    public Builder readyStalenessMs(long value) {
      readyStalenessMs = value;
      return this;
    }

    private SyncOptions build() {
      return new SyncOptions(
          intervalMs, format, baseIntervalSec, takeoverMs, recordBytes, readyStalenessMs);
    }
  }
}
