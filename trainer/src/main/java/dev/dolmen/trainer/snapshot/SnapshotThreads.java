package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.snapshot.Pace;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogBound;
import dev.dolmen.trainer.snapshot.SnapshotCodec.Position;
import dev.dolmen.trainer.thread.BackgroundThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to snapshots while training goes on: one thread writes them and deletes old ones
 * with the log that no snapshot needs any more, another merges changes into a whole, at half of its
 * time at most.
 */
public final class SnapshotThreads {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotThreads.class);

  /** A merge gives up at its next block, so that closing hardly waits. */
  private static final long CLOSE_SEC = 60;

  private static final long REST_MS_MAX = 1_000;

  private final SnapshotCodec snapshots;
  private final FeedbackLog log;
  private final BatchJournal journal;
  private final LogBound bound;
  private final long keepRecords;
  private final InstantSource clock;
  private final @Nullable SnapshotUploads uploads;
  private final ExecutorService writing = thread("dolmen-snapshots");
  private final ExecutorService merging = thread("dolmen-compaction");
  private final AtomicBoolean compacting = new AtomicBoolean();
  private final LongAdder compactions = new LongAdder();
  private final LongAdder compactionFailures = new LongAdder();
  private volatile boolean closing;

  /** A durable snapshot, and where the oldest that is kept stood. */
  public record Written(SnapshotInfo info, Position oldest) {}

  /**
   * @param keepRecords last records of the log that are kept in any case
   * @param uploads takes each snapshot to a store; closed with this; null if there is no store
   */
  public SnapshotThreads(
      SnapshotCodec snapshots,
      FeedbackLog log,
      BatchJournal journal,
      LogBound bound,
      long keepRecords,
      InstantSource clock,
      @Nullable SnapshotUploads uploads) {
    this.snapshots = snapshots;
    this.uploads = uploads;
    this.clock = clock;
    this.log = log;
    this.journal = journal;
    this.bound = bound;
    this.keepRecords = keepRecords;
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(
        BackgroundThreads.factory(name, BackgroundThreads.UPKEEP));
  }

  /** Writes a snapshot. */
  CompletableFuture<Written> write(FrozenEngine frozen) {
    CompletableFuture<Written> written = new CompletableFuture<>();
    writing.execute(() -> {
      try {
        // A manifest must not name an offset that a power cut can take from the log.
        log.force();
        journal.force();
        SnapshotInfo info = snapshots.write(frozen);
        upload(info);
        written.complete(new Written(info, clear(info)));
      } catch (IOException | RuntimeException | Error e) {
        frozen.pieces().end();
        bound.keptBecause("the last snapshot could not be written: " + e);
        written.completeExceptionally(e);
      }
    });
    return written;
  }

  /** Takes the newest snapshot to the store, if a process before has not. */
  public void uploadLatest() {
    SnapshotInfo latest = snapshots.latest();
    if (latest != null && uploads != null) {
      writing.execute(() -> upload(latest));
    }
  }

  private void upload(SnapshotInfo info) {
    if (uploads != null) {
      uploads.offer(snapshots, info);
    }
  }

  /** What has gone to the store; null if there is none. Any thread. */
  public SnapshotUploads.@Nullable Figures store() {
    return uploads == null ? null : uploads.figures();
  }

  /** A start from the store needs the log since the newest that is there. */
  private Position oldestNeeded() throws IOException {
    Position oldest = snapshots.oldest();
    Position stored = uploads == null ? null : uploads.needed();
    return stored == null
        ? oldest
        : new Position(
            Math.min(oldest.logOffset(), stored.logOffset()),
            Math.min(oldest.journalPlace(), stored.journalPlace()));
  }

  /**
   * Deletes again what no snapshot needs, though no new one was taken: the log may have a smaller
   * bound than before, or a process died in between.
   */
  CompletableFuture<Written> letGo(SnapshotInfo newest) {
    return CompletableFuture.supplyAsync(() -> new Written(newest, clear(newest)), writing);
  }

  /** The snapshot is durable: whatever fails here is tried again after the next. */
  private Position clear(SnapshotInfo newest) {
    try {
      snapshots.retain();
      Position oldest = oldestNeeded();
      log.deleteUpTo(oldest.logOffset(), keepRecords, bound.keepBytes());
      bound.measure();
      Position needed = snapshots.notNeeded(newest.id());
      bound.keptBecause(
          "the newest snapshot, " + newest.id() + ", needs it from offset " + needed.logOffset());
      if (bound.tight() && log.deleteUpTo(needed.logOffset(), keepRecords, bound.keepBytes())) {
        bound.measure();
        LOG.warn(
            "The log comes near log.max_bytes: snapshots before {} cannot be rolled forward any"
                + " more",
            newest.id());
      }
      if (snapshots.shouldCompact() && compacting.compareAndSet(false, true)) {
        merging.execute(this::compact);
      }
      return oldest;
    } catch (IOException | RuntimeException | LinkageError e) {
      bound.keptBecause("what no snapshot needs could not be deleted: " + e);
      LOG.warn("What no snapshot needs any more could not be deleted", e);
      return new Position(0, 0);
    }
  }

  private void compact() {
    try {
      snapshots.compact(new HalfSpeed());
      compactions.increment();
    } catch (IOException | RuntimeException | LinkageError e) {
      if (!closing) {
        compactionFailures.increment();
        LOG.warn("Snapshots could not be merged", e);
      }
    } finally {
      compacting.set(false);
    }
  }

  /** Rests after each block for as long as it took, by a clock that may be set meanwhile. */
  private final class HalfSpeed implements Pace {
    private Instant start = clock.instant();

    @Override
    public void block() throws IOException {
      if (closing) {
        throw new InterruptedIOException("the engine is closing");
      }
      Duration took = Duration.between(start, clock.instant());
      if (took.isPositive()) {
        LockSupport.parkNanos(Math.min(took.toMillis(), REST_MS_MAX) * 1_000_000);
      }
      start = clock.instant();
    }
  }

  /** Merges that ended well. Any thread. */
  public long compactions() {
    return compactions.sum();
  }

  /** Merges that could not be done. Any thread. */
  public long compactionFailures() {
    return compactionFailures.sum();
  }

  /** Nothing more goes to the store, as of a process that dies. */
  public void abandonUploads() {
    if (uploads != null) {
      uploads.abandon();
    }
  }

  /**
   * Waits for what is being written and, for a moment, for what goes to the store; a merge is left
   * for the next time.
   */
  public void close() {
    closing = true;
    endThreads();
    if (uploads != null) {
      uploads.close();
    }
  }

  private void endThreads() {
    for (ExecutorService thread : new ExecutorService[] {writing, merging}) {
      thread.shutdown();
      try {
        if (!thread.awaitTermination(CLOSE_SEC, TimeUnit.SECONDS)) {
          LOG.warn("A snapshot is still being written after {} s", CLOSE_SEC);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
