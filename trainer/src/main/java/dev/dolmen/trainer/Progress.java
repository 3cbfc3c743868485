package dev.dolmen.trainer;

import dev.dolmen.trainer.log.LogUnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the log has been written, applied and learned, for those who wait on it. Counts records
 * since the engine was opened. Written by ingest and the log's threads (logged) and the training
 * thread (the rest).
 */
final class Progress {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final AtomicLong loggedRecords;
  private volatile long learnedRecords;
  private volatile long appliedOffset;
  private volatile long learnedOffset;
  private volatile int lagBound;
  private volatile @Nullable String failure;
  private volatile boolean ended;
  private volatile @Nullable Thread trainer;
  private volatile boolean asleep;

  /**
   * @param unlearned records of the log that wait already
   */
  Progress(int lagBound, long unlearned) {
    this.lagBound = lagBound;
    this.loggedRecords = new AtomicLong(unlearned);
  }

  /** One more record is in the log. Any thread. */
  void logged() {
    loggedRecords.incrementAndGet();
    wakeTrainer();
  }

  /** Records to learn since the engine was opened, learned or not. */
  long loggedRecords() {
    return loggedRecords.get();
  }

  /** Records that were logged and wait to be learned. */
  long lag() {
    return Math.max(0, loggedRecords.get() - learnedRecords);
  }

  long appliedOffset() {
    return appliedOffset;
  }

  long learnedOffset() {
    return learnedOffset;
  }

  @Nullable String failure() {
    return failure;
  }

  int lagBound() {
    return lagBound;
  }

  /** The record at {@code offset} is applied. Training thread. */
  void applied(long offset) {
    appliedOffset = offset;
  }

  /** Everything up to {@code offset} is learned and published. Training thread. */
  void learned(long offset, long records, int newLagBound) {
    learnedOffset = offset;
    learnedRecords = records;
    lagBound = newLagBound;
    signal();
  }

  /** The training thread has ended; nobody waits any more. */
  void ended(@Nullable String reason) {
    failure = reason;
    ended = true;
    signal();
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
    if (lag() <= lagBound || ended) {
      return;
    }
    lock.lockInterruptibly();
    try {
      while (lag() > lagBound && !ended) {
        moved.await();
      }
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

  void trainer(Thread thread) {
    trainer = thread;
  }

  /** Sleeps until something is logged or asked, or the time has passed. Training thread. */
  void sleep(long ms, java.util.function.BooleanSupplier somethingToDo) {
    asleep = true;
    if (!somethingToDo.getAsBoolean()) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ms));
    }
    asleep = false;
  }

  void wakeTrainer() {
    Thread thread = trainer;
    if (asleep && thread != null) {
      LockSupport.unpark(thread);
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
