package dev.dolmen.trainer.snapshot;

import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.LogBound;
import dev.dolmen.trainer.snapshot.SnapshotCodec.Position;
import dev.dolmen.trainer.snapshot.SnapshotThreads.Written;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots when they are due, if anything has changed: freezes the state at a barrier and
 * hands it to {@link SnapshotThreads}. One is in flight at a time. A snapshot that fails is counted
 * and tried again an interval later; what it held is in the next one. Owned by the training thread.
 */
public final class SnapshotSchedule {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSchedule.class);

  private final SnapshotCodec snapshots;
  private final SnapshotThreads threads;
  private final Learner learner;
  private final BatchJournal journal;
  private final LogBound bound;
  private final long intervalUs;
  private final LongAdder failures = new LongAdder();
  private long nextUs = Long.MIN_VALUE;
  private long savedOffset;
  private @Nullable InFlight inFlight;

  /** A snapshot that is being written. */
  private record InFlight(
      FrozenEngine frozen, CompletableFuture<Written> written, boolean scheduled) {}

  /**
   * Answer to who asks for a snapshot.
   *
   * @param written ends with the snapshot that was in flight
   * @param taken whether it holds the state of now; else ask again when it has ended
   */
  public record Request(CompletableFuture<Written> written, boolean taken) {}

  /**
   * @param savedOffset log offset of the snapshot that was restored, or 0
   */
  public SnapshotSchedule(
      SnapshotCodec snapshots,
      SnapshotThreads threads,
      Learner learner,
      BatchJournal journal,
      LogBound bound,
      long intervalSec,
      long savedOffset) {
    this.snapshots = snapshots;
    this.threads = threads;
    this.learner = learner;
    this.journal = journal;
    this.bound = bound;
    this.intervalUs = intervalSec * 1_000_000;
    this.savedOffset = savedOffset;
  }

  /**
   * Whether a scheduled snapshot is due, unless one is in flight: by time, as the log comes near
   * its bound, or as so many rows have changed.
   */
  public boolean due(long nowUs, Position position) {
    settle(false);
    if (inFlight != null) {
      return false;
    }
    if (snapshots.mustCopy(learner)) {
      return changed(position);
    }
    if (bound.wantsSnapshot(nowUs)) {
      if (changed(position)) {
        return true;
      }
      letGo(nowUs);
    }
    if (intervalUs == 0) {
      return false;
    }
    // The first look sets the pace, and so does a clock that was set back.
    if (nextUs == Long.MIN_VALUE || nextUs - nowUs > intervalUs) {
      nextUs = nowUs + intervalUs;
    }
    return nowUs >= nextUs && changed(position);
  }

  /** Nothing has changed since the newest snapshot, and still the log is near its bound. */
  private void letGo(long nowUs) {
    bound.asked(nowUs);
    SnapshotInfo latest = snapshots.latest();
    if (latest != null) {
      var _ = threads.letGo(latest);
    }
  }

  public boolean changed(Position position) {
    return position.logOffset() != savedOffset;
  }

  /** Id of the newest snapshot if it holds the state of this position; empty if none does. */
  public String holding(Position position) {
    SnapshotInfo latest = snapshots.latest();
    return latest == null || changed(position) ? "" : latest.id();
  }

  /** Takes the scheduled snapshot; waits for the one in flight. At a barrier. */
  public void takeScheduled(long nowUs, Position position) {
    nextUs = nowUs + intervalUs;
    bound.asked(nowUs);
    settle(true);
    try {
      take(nowUs, position, true, false);
    } catch (RuntimeException e) {
      failures.increment();
      LOG.warn("The scheduled snapshot could not be taken", e);
    }
  }

  /**
   * Takes a snapshot unless one is in flight; returns what to wait for. At a barrier.
   *
   * @param onDemand whether somebody asks for it: then it pushes out none that was due
   */
  public Request request(long requestedUs, Position position, boolean onDemand) throws IOException {
    settle(false);
    InFlight now = inFlight;
    if (now != null) {
      return new Request(now.written, now.frozen.origin().position().equals(position));
    }
    SnapshotInfo latest = snapshots.latest();
    if (latest != null && latest.id().equals(snapshots.id(learner, position))) {
      return new Request(threads.letGo(latest), true);
    }
    return new Request(take(requestedUs, position, false, onDemand).written, true);
  }

  private InFlight take(long requestedUs, Position position, boolean scheduled, boolean onDemand) {
    FrozenEngine frozen = snapshots.freeze(learner, position, requestedUs, onDemand);
    CompletableFuture<Written> written = threads.write(frozen);
    InFlight taken = new InFlight(frozen, written, scheduled);
    inFlight = taken;
    savedOffset = position.logOffset();
    return taken;
  }

  /**
   * Gives some of what the snapshot in flight holds to who writes it. When what has changed
   * meanwhile takes more memory than it may, all of it: training waits for the disk then. Between
   * two records.
   *
   * @return whether there is more to give, and room for it
   */
  public boolean goOn() {
    InFlight now = inFlight;
    if (now == null) {
      return false;
    }
    snapshots.give(now.frozen);
    SnapshotPieces pieces = now.frozen.pieces();
    if (pieces.keptBytes() > snapshots.copyBytes()) {
      pieces.giveAll();
    }
    return !pieces.given() && !pieces.full();
  }

  /** Whether there is more to give of a snapshot in flight. */
  public boolean isGiving() {
    InFlight now = inFlight;
    return now != null && !now.frozen.pieces().given();
  }

  /** Gives all of the snapshot in flight, as training stands still from here on. */
  public void giveAll() {
    InFlight now = inFlight;
    if (now != null) {
      now.frozen.pieces().giveAll();
    }
  }

  /** Nothing more is given of the snapshot in flight: it comes to nothing. */
  public void giveUp() {
    InFlight now = inFlight;
    if (now != null) {
      now.frozen.pieces().end();
    }
  }

  /**
   * Ends the snapshot in flight if it has been written, or could not be.
   *
   * @param wait whether to give the rest and wait for that
   */
  public void settle(boolean wait) {
    InFlight now = inFlight;
    if (now == null || !(wait || now.written.isDone())) {
      return;
    }
    if (wait) {
      now.frozen.pieces().giveAll();
    }
    try {
      Position oldest = now.written.join().oldest();
      journal.deleteUpTo(oldest.journalPlace(), oldest.logOffset());
      now.frozen.release(true);
    } catch (CompletionException e) {
      now.frozen.release(false);
      // Nothing is at this offset: whatever comes next differs from it.
      savedOffset = -1;
      if (now.scheduled) {
        failures.increment();
        LOG.warn("The scheduled snapshot could not be written", e.getCause());
      }
    }
    inFlight = null;
  }

  /** Scheduled snapshots that could not be written. Any thread. */
  public long failures() {
    return failures.sum();
  }
}
