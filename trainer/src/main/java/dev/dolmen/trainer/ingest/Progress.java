package dev.dolmen.trainer.ingest;

import dev.dolmen.trainer.log.LogUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the log has been written, applied and learned, for those who wait on it. Counts records
 * since the snapshot that the engine was opened with: first those that the log holds already, which
 * are replayed before anything is taken from publishers. Written by ingest and the log's threads
 * (logged) and the training thread (the rest).
 */
public final class Progress {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final AtomicLong loggedRecords = new AtomicLong();
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private final CompletableFuture<String> failed = new CompletableFuture<>();
  private volatile long learnedRecords;
  private volatile long appliedOffset;
  private volatile long learnedOffset;
  private volatile int lagBound;
  private volatile @Nullable String failure;
  private volatile String damage = "";
  private volatile String takenOver = "";
  private volatile boolean ended;
  private volatile boolean replaying = true;
  private volatile long replayRecords;
  private volatile @Nullable Thread trainer;
  private volatile boolean asleep;

  /**
   * @param offset the restored state has applied and learned everything up to this
   */
  public Progress(int lagBound, long offset) {
    this.lagBound = lagBound;
    appliedOffset = offset;
    learnedOffset = offset;
  }

  /** The log held so many records beyond the snapshot. Training thread. */
  public void found(long records) {
    loggedRecords.addAndGet(records);
    replayRecords = records;
  }

  /** All of them are learned: events and changes are taken from here on. Training thread. */
  public void replayed() {
    replaying = false;
    caughtUp.complete(null);
  }

  /** How far the replay is, or null when it is done. */
  public @Nullable ReplayProgress replay() {
    long records = replayRecords;
    return replaying ? new ReplayProgress(Math.min(learnedRecords, records), records) : null;
  }

  /** Ends with the replay; with an exception if the training thread ends before. */
  public CompletableFuture<Void> caughtUp() {
    return caughtUp.copy();
  }

  /** Ends with the reason if the training thread ends because something is wrong. */
  public CompletableFuture<String> failed() {
    return failed.copy();
  }

  /** One more record is in the log. Any thread. */
  void logged() {
    loggedRecords.incrementAndGet();
    wakeTrainer();
  }

  /** Records to learn since the snapshot, learned or not. */
  public long loggedRecords() {
    return loggedRecords.get();
  }

  /** Records that were logged and wait to be learned. */
  public long lag() {
    return Math.max(0, loggedRecords.get() - learnedRecords);
  }

  public long appliedOffset() {
    return appliedOffset;
  }

  long learnedOffset() {
    return learnedOffset;
  }

  public @Nullable String failure() {
    return failure;
  }

  public int lagBound() {
    return lagBound;
  }

  /** The record at {@code offset} is applied. Training thread. */
  public void applied(long offset) {
    appliedOffset = offset;
  }

  /** Everything up to {@code offset} is learned and published. Training thread. */
  public void learned(long offset, long records, int newLagBound) {
    learnedOffset = offset;
    learnedRecords = records;
    lagBound = newLagBound;
    signal();
  }

  /** The training thread ends as the log is damaged. Training thread. */
  public void damaged(String reason) {
    damage = reason;
  }

  /** Why the log cannot be read on; empty if it can. */
  public String damage() {
    return damage;
  }

  /** The training thread ends as another process has the log. Training thread. */
  public void takenOver(String reason) {
    takenOver = reason;
    damage = reason;
  }

  /** Which process else has the log; empty while this one has it. */
  public String takenOver() {
    return takenOver;
  }

  /** The training thread has ended; nobody waits any more. */
  public void ended(@Nullable String reason) {
    failure = reason;
    ended = true;
    signal();
    if (reason != null && damage.isEmpty()) {
      failed.complete(reason);
    }
    caughtUp.completeExceptionally(
        new LogUnavailableException(
            reason == null ? "the engine was closed during the replay" : reason));
  }

  private void signal() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void awaitCapacity() throws InterruptedException {
    boolean capacity = false;
    while (!capacity) {
      capacity = awaitCapacity(Duration.ofMinutes(1));
    }
  }

  boolean awaitCapacity(Duration atMost) throws InterruptedException {
    if (lag() <= lagBound || ended) {
      return true;
    }
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (lag() > lagBound && !ended && left > 0) {
        left = moved.awaitNanos(left);
      }
      return lag() <= lagBound || ended;
    } finally {
      lock.unlock();
    }
  }

  boolean awaitLearned(long offset, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (learnedOffset < offset && !ended && left > 0) {
        left = moved.awaitNanos(left);
      }
      return learnedOffset >= offset;
    } finally {
      lock.unlock();
    }
  }

  public void trainer(Thread thread) {
    trainer = thread;
  }

  /** Sleeps until something is logged or asked, or the time has passed. Training thread. */
  public void sleep(long ms, java.util.function.BooleanSupplier somethingToDo) {
    asleep = true;
    if (!somethingToDo.getAsBoolean()) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ms));
    }
    asleep = false;
  }

  public void wakeTrainer() {
    Thread thread = trainer;
    if (asleep && thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * @throws LogUnavailableException if the log is being replayed, or the training thread has ended
   */
  void checkReplayed() {
    checkRunning();
    ReplayProgress replay = replay();
    if (replay != null) {
      throw new LogUnavailableException(replay.text() + "; nothing is taken until that is done");
    }
  }

  /**
   * @throws LogUnavailableException if the training thread has ended
   */
  void checkRunning() {
    if (ended) {
      String reason = failure;
      throw new LogUnavailableException(
          reason == null ? "the engine is closed" : "training has stopped: " + reason);
    }
  }
}
