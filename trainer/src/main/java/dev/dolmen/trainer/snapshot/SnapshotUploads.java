package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.snapshot.SnapshotCodec.Position;
import dev.dolmen.trainer.thread.BackgroundThreads;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts each snapshot into an object store, on a thread of its own: a store that is away or slow
 * keeps nobody else waiting. The files that are to be put get second names, so that they stay while
 * others are merged and deleted. One snapshot is on its way and one waits; a newer one takes the
 * place of that which waits, or of that which could not be put. What fails is tried again after a
 * pause that doubles.
 */
public final class SnapshotUploads implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotUploads.class);
  private static final long FIRST_PAUSE_MS = 1_000;
  private static final long PAUSE_MS_MAX = 60_000;

  /** For the snapshot on close, if the store answers. */
  private static final long CLOSE_MS = 10_000;

  private static final long END_MS = 5_000;

  private final SnapshotArchive archive;
  private final Path staging;
  private final int keep;
  private final InstantSource clock;
  private final BooleanSupplier mayPut;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LongAdder failures = new LongAdder();
  private final LongAdder putBytes = new LongAdder();

  /** Guarded by the lock. */
  private @Nullable Staged waiting;

  private boolean busy;
  private boolean closing;
  private volatile boolean givesUp;
  private volatile String problem = "";
  private volatile @Nullable Uploaded newest;

  /** A snapshot with second names for its files. */
  private record Staged(Snapshot snapshot, Path directory, Position needed, long batches) {}

  /** What was put last. */
  private record Uploaded(String id, Position needed, long batches, long atMs) {}

  /**
   * What is in the store.
   *
   * @param location of the store
   * @param newestId the snapshot that this process has put there last; empty if none
   * @param newestBatches batches that it has learned
   * @param ageSec seconds since it was there; 0 if there is none
   * @param failures attempts that came to nothing
   * @param bytes that were put
   * @param problem why the last attempt came to nothing; empty if it did not
   */
  public record Figures(
      String location,
      String newestId,
      long newestBatches,
      long ageSec,
      long failures,
      long bytes,
      String problem) {}

  /**
   * Begins, with nothing to put.
   *
   * @param archive closed with this
   * @param staging a directory for second names, on the snapshots' file system; emptied
   * @param keep snapshots kept in the store
   * @param mayPut whether this process is the one whose snapshots count; asked again at each object
   * @throws IOException if the directory cannot be emptied
   */
  public SnapshotUploads(
      SnapshotArchive archive, Path staging, int keep, InstantSource clock, BooleanSupplier mayPut)
      throws IOException {
    this.archive = archive;
    this.staging = staging;
    this.keep = keep;
    this.clock = clock;
    this.mayPut = mayPut;
    SnapshotStore.deleteFiles(staging);
    thread =
        BackgroundThreads.factory("dolmen-archive", BackgroundThreads.UPKEEP).newThread(this::run);
    thread.start();
  }

  /** A snapshot is durable: it is to be put. The thread that deletes snapshots. */
  void offer(SnapshotCodec snapshots, SnapshotInfo info) {
    if (!mayPut.getAsBoolean()) {
      return;
    }
    Path directory = staging.resolve(info.id());
    try {
      SnapshotStore.deleteFiles(directory);
      Snapshot linked = snapshots.link(info.id(), directory);
      put(new Staged(linked, directory, snapshots.notNeeded(info.id()), info.modelVersion()));
    } catch (IOException e) {
      failed("snapshot " + info.id() + " cannot be kept to be put: " + e, e);
      discard(directory);
    }
  }

  private void put(Staged next) {
    Staged before;
    lock.lock();
    try {
      before = waiting;
      waiting = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (before != null && !before.directory.equals(next.directory)) {
      discard(before.directory);
    }
  }

  private void run() {
    long pauseMs = 0;
    Staged current = awaitNext();
    while (current != null) {
      boolean done = put(current, pauseMs == 0);
      pauseMs = done ? 0 : Math.clamp(2 * pauseMs, FIRST_PAUSE_MS, PAUSE_MS_MAX);
      Staged next = done ? awaitNext() : awaitRetry(current, pauseMs);
      if (next == null || !next.directory.equals(current.directory)) {
        discard(current.directory);
      }
      current = next;
    }
  }

  private boolean put(Staged staged, boolean first) {
    String id = staged.snapshot.manifest().id();
    try {
      SnapshotArchive.Put put =
          archive.put(staged.snapshot, () -> givesUp || !mayPut.getAsBoolean());
      putBytes.add(put.bytes());
      problem = "";
      newest = new Uploaded(put.id(), staged.needed, staged.batches, clock.millis());
      LOG.info("Put snapshot {} into {}: {} new bytes", put.id(), archive.location(), put.bytes());
      retain();
      return true;
    } catch (IOException | RuntimeException e) {
      if (!mayPut.getAsBoolean()) {
        return true; // Another process leads: its snapshots count.
      }
      String why = "snapshot " + id + " could not be put: " + e.getMessage();
      if (first) {
        failed(why + "; it is tried again", e);
      } else {
        failures.increment();
        problem = why;
      }
      return false;
    }
  }

  private void retain() {
    try {
      int deleted = archive.retain(keep);
      LOG.debug("Deleted {} snapshots in {}", deleted, archive.location());
    } catch (IOException | RuntimeException e) {
      failed("old snapshots could not be deleted: " + e.getMessage(), e);
    }
  }

  private void failed(String why, Exception e) {
    failures.increment();
    problem = why;
    if (!givesUp) {
      LOG.warn("{}: {}", archive.location(), why);
      LOG.debug("In full", e);
    }
  }

  /** The next to put; null at the end. */
  private @Nullable Staged awaitNext() {
    lock.lock();
    try {
      busy = false;
      changed.signalAll();
      while (waiting == null && !closing && !givesUp) {
        changed.awaitUninterruptibly();
      }
      return takeWaiting();
    } finally {
      lock.unlock();
    }
  }

  /** What to put after a pause: a newer one if there is one by then; null at the end. */
  private @Nullable Staged awaitRetry(Staged failed, long pauseMs) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(pauseMs);
      while (left > 0 && !closing && !givesUp) {
        left = changed.awaitNanos(left);
      }
      if (closing || givesUp) {
        return null; // The store was away: nobody waits for it at the end.
      }
      Staged newer = takeWaiting();
      return newer == null ? failed : newer;
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Staged takeWaiting() {
    Staged next = givesUp ? null : waiting;
    waiting = null;
    busy = next != null;
    return next;
  }

  private static void discard(Path directory) {
    try {
      SnapshotStore.deleteFiles(directory);
    } catch (IOException e) {
      LOG.warn("{} is left over and cannot be deleted", directory, e);
    }
  }

  /**
   * Up to where the newest snapshot in the store needs neither log nor journal; null before this
   * process has put one. Any thread.
   */
  @Nullable Position needed() {
    Uploaded uploaded = newest;
    return uploaded == null ? null : uploaded.needed;
  }

  /** Any thread. */
  public Figures figures() {
    Uploaded uploaded = newest;
    return new Figures(
        archive.location(),
        uploaded == null ? "" : uploaded.id,
        uploaded == null ? 0 : uploaded.batches,
        uploaded == null
            ? 0
            : Math.max(0, Duration.ofMillis(clock.millis() - uploaded.atMs).toSeconds()),
        failures.sum(),
        putBytes.sum(),
        problem);
  }

  /** Puts what waits, if that takes no longer than a moment, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      long left = TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
      while ((busy || waiting != null) && problem.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    abandon();
  }

  /** Ends at once; a snapshot on its way comes to nothing. */
  public void abandon() {
    givesUp = true;
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join(END_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    archive.close();
  }
}
