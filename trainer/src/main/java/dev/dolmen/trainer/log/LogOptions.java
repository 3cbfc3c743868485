package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.function.UnaryOperator;

/**
 * The feedback log. What each number can be stands in the constant of its name.
 *
 * @param kind where it is; a data directory stays with the kind that it was made with
 * @param minFreeBytes free bytes that must stay on the log's file system; with less, nothing is
 *     acknowledged any more until there is room again. Never 0, because the log is mapped memory
 *     and a page that cannot be written kills the process
 * @param segmentBytes payload bytes after which a new file is begun; whole files are deleted when
 *     no snapshot needs them
 * @param maxBytes bound on the log's bytes, at least {@link #SEGMENTS_MIN} times {@code
 *     segmentBytes}; 0 for none. From three quarters of it on, snapshots are taken before their
 *     time and the log is kept for the newest alone; at the bound, nothing is acknowledged until
 *     something could be deleted. See {@link #onDiskOf}
 * @param fsync when the log is forced to the device
 * @param deduplicationAgeSec seconds for which event ids are remembered, if there are no more
 *     records than {@code deduplicationEvents}
 * @param deduplicationEvents event ids remembered at most, counted back from the newest, so that
 *     publishing one again is recognised
 * @param maxQueuedImpressions impressions that wait to be logged, off the request's path; further
 *     ones are dropped and counted
 * @param journalAgeSec seconds after which the journal, which names the batches that the log is cut
 *     into, begins a new file, so that those no snapshot needs go soon
 * @param outage what is kept of events while a log in Kafka is away
 * @param kafka for {@link Kind#KAFKA}, to which {@code minFreeBytes} and {@code fsync} mean nothing
 */
public record LogOptions(
    Kind kind,
    long minFreeBytes,
    long segmentBytes,
    long maxBytes,
    Fsync fsync,
    long deduplicationAgeSec,
    int deduplicationEvents,
    int maxQueuedImpressions,
    long journalAgeSec,
    OutageOptions outage,
    KafkaLogOptions kafka) {
  /** Segments that a bounded log has room for at least, so that it can let go of whole ones. */
  public static final int SEGMENTS_MIN = 4;

  public static final WholeRange MIN_FREE_BYTES = WholeRange.of(16L << 20, 1L << 50);
  public static final WholeRange SEGMENT_BYTES = WholeRange.of(1L << 20, 64L << 30);

  /** Where there is a bound. */
  public static final WholeRange MAX_BYTES =
      WholeRange.of(SEGMENTS_MIN * SEGMENT_BYTES.min(), 1L << 50);

  public static final WholeRange DEDUPLICATION_AGE_SEC = WholeRange.of(60, 30 * 86_400);
  public static final WholeRange DEDUPLICATION_EVENTS = WholeRange.of(1, 100_000_000);
  public static final WholeRange MAX_QUEUED_IMPRESSIONS = WholeRange.of(1, 1_000_000);
  public static final WholeRange JOURNAL_AGE_SEC = WholeRange.of(60, 604_800);

  /** Where a log is. */
  public enum Kind {
    /** Embedded: a Chronicle Queue in the data directory. */
    CHRONICLE,
    /** A topic of a Kafka cluster. */
    KAFKA
  }

  /** Share of a file system that an embedded log takes at most; the rest is for snapshots. */
  public static final double DISK_SHARE = 0.5;

  /** When the log is forced to the device. */
  public enum Fsync {
    /**
     * Left to the operating system: acknowledged events survive the death of the process, and of
     * the machine only once the system has written them (tens of seconds).
     */
    NEVER,
    /** Before every acknowledgement: acknowledged events survive a power cut. */
    EACH_APPEND
  }

  public LogOptions {
    MIN_FREE_BYTES.check("log.minFreeBytes", minFreeBytes);
    SEGMENT_BYTES.check("log.segmentBytes", segmentBytes);
    if (maxBytes != 0) {
      WholeRange.of(SEGMENTS_MIN * segmentBytes, MAX_BYTES.max()).check("log.maxBytes", maxBytes);
    }
    DEDUPLICATION_AGE_SEC.check("log.deduplicationAge", deduplicationAgeSec);
    DEDUPLICATION_EVENTS.check("log.deduplicationEvents", deduplicationEvents);
    MAX_QUEUED_IMPRESSIONS.check("log.maxQueuedImpressions", maxQueuedImpressions);
    JOURNAL_AGE_SEC.check("log.journalAgeSec", journalAgeSec);
  }

  /**
   * Embedded, 256 MiB kept free, files of 1 GiB, 64 GiB at most, no fsync, 2,000,000 event ids of a
   * day, 16,384 impressions, a journal in files of an hour.
   */
  public static LogOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public LogOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /**
   * This, on a file system of so many bytes: an embedded log with a bound takes {@link #DISK_SHARE}
   * of it at most, in files that are small enough to go one by one. What the file system holds in
   * all counts, not what is free: what is learned from late clicks depends on the bound, and must
   * not on what else is on the disk.
   */
  public LogOptions onDiskOf(long diskBytes) {
    long share = Math.max(MAX_BYTES.min(), (long) (DISK_SHARE * diskBytes));
    if (kind != Kind.CHRONICLE || maxBytes == 0 || share >= maxBytes) {
      return this;
    }
    long segment = Math.clamp(share / (2 * SEGMENTS_MIN), SEGMENT_BYTES.min(), segmentBytes);
    return with(log -> log.maxBytes(share).segmentBytes(segment));
  }

  /** This, in the data directory itself: for an engine that is thrown away. */
  public LogOptions embedded() {
    return with(log -> log.kind(Kind.CHRONICLE));
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private Kind kind = Kind.CHRONICLE;
    private long minFreeBytes = 256L << 20;
    private long segmentBytes = 1L << 30;
    private long maxBytes = 64L << 30;
    private Fsync fsync = Fsync.NEVER;
    private long deduplicationAgeSec = 86_400;
    private int deduplicationEvents = 2_000_000;
    private int maxQueuedImpressions = 16_384;
    private long journalAgeSec = 3_600;
    private OutageOptions outage = OutageOptions.defaults();
    private KafkaLogOptions kafka = KafkaLogOptions.defaults();

    private Builder() {}

    private Builder(LogOptions from) {
      kind = from.kind;
      minFreeBytes = from.minFreeBytes;
      segmentBytes = from.segmentBytes;
      maxBytes = from.maxBytes;
      fsync = from.fsync;
      deduplicationAgeSec = from.deduplicationAgeSec;
      deduplicationEvents = from.deduplicationEvents;
      maxQueuedImpressions = from.maxQueuedImpressions;
      journalAgeSec = from.journalAgeSec;
      outage = from.outage;
      kafka = from.kafka;
    }

    public Builder kind(Kind value) {
      kind = value;
      return this;
    }

    public Builder minFreeBytes(long value) {
      minFreeBytes = value;
      return this;
    }

    public Builder segmentBytes(long value) {
      segmentBytes = value;
      return this;
    }

    public Builder maxBytes(long value) {
      maxBytes = value;
      return this;
    }

    public Builder fsync(Fsync value) {
      fsync = value;
      return this;
    }

    public Builder deduplicationAgeSec(long value) {
      deduplicationAgeSec = value;
      return this;
    }

    public Builder deduplicationEvents(int value) {
      deduplicationEvents = value;
      return this;
    }

    public Builder maxQueuedImpressions(int value) {
      maxQueuedImpressions = value;
      return this;
    }

    public Builder journalAgeSec(long value) {
      journalAgeSec = value;
      return this;
    }

    public Builder outage(OutageOptions value) {
      outage = value;
      return this;
    }

    public Builder kafka(KafkaLogOptions value) {
      kafka = value;
      return this;
    }

    private LogOptions build() {
      return new LogOptions(
          kind,
          minFreeBytes,
          segmentBytes,
          maxBytes,
          fsync,
          deduplicationAgeSec,
          deduplicationEvents,
          maxQueuedImpressions,
          journalAgeSec,
          outage,
          kafka);
    }
  }
}
