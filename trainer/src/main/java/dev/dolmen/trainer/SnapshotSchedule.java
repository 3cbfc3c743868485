package dev.dolmen.trainer;

import dev.dolmen.trainer.EngineSnapshots.Position;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.FeedbackLog;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots when they are due, if anything has changed, and deletes what of log and journal
 * no snapshot needs any more. A snapshot that fails is counted and tried again an interval later.
 * Owned by the training thread.
 */
final class SnapshotSchedule {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSchedule.class);

  private final EngineSnapshots snapshots;
  private final Learner learner;
  private final FeedbackLog log;
  private final BatchJournal journal;
  private final long intervalUs;
  private final long keepRecords;
  private final LongAdder failures = new LongAdder();
  private long nextUs = Long.MIN_VALUE;
  private long savedOffset;

  /**
   * @param savedOffset log offset of the snapshot that was restored, or 0
   * @param keepRecords last records of the log that are kept in any case
   */
  SnapshotSchedule(
      EngineSnapshots snapshots,
      Learner learner,
      FeedbackLog log,
      BatchJournal journal,
      long intervalSec,
      long keepRecords,
      long savedOffset) {
    this.snapshots = snapshots;
    this.learner = learner;
    this.log = log;
    this.journal = journal;
    this.intervalUs = intervalSec * 1_000_000;
    this.keepRecords = keepRecords;
    this.savedOffset = savedOffset;
  }

  /** Whether a scheduled snapshot is due. */
  boolean due(long nowUs, Position position) {
    if (intervalUs == 0) {
      return false;
    }
    // The first look sets the pace, and so does a clock that was set back.
    if (nextUs == Long.MIN_VALUE || nextUs - nowUs > intervalUs) {
      nextUs = nowUs + intervalUs;
    }
    return nowUs >= nextUs && changed(position);
  }

  boolean changed(Position position) {
    return position.logOffset() != savedOffset;
  }

  /** Takes the scheduled snapshot. At a barrier. */
  void takeScheduled(long nowUs, Position position) {
    nextUs = nowUs + intervalUs;
    try {
      take(nowUs, position);
    } catch (IOException | RuntimeException e) {
      failures.increment();
      LOG.warn("The scheduled snapshot could not be written", e);
    }
  }

  /** Takes a snapshot and deletes what is no longer needed. At a barrier. */
  SnapshotInfo take(long requestedUs, Position position) throws IOException {
    SnapshotInfo info = snapshots.write(learner, position, requestedUs);
    savedOffset = position.logOffset();
    Position oldest = snapshots.oldest();
    log.deleteUpTo(oldest.logOffset(), keepRecords);
    journal.deleteUpTo(oldest.journalPlace());
    return info;
  }

  /** Scheduled snapshots that could not be written. Any thread. */
  long failures() {
    return failures.sum();
  }
}
