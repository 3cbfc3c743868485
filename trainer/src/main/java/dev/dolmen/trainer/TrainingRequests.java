package dev.dolmen.trainer;

import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.log.LogDamagedException;
import dev.dolmen.trainer.log.LogTakenOverException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * What other threads ask of the training thread: work at a barrier between two batches, and to end.
 * Asked by any thread; methods marked <em>training thread</em> are that thread's.
 */
final class TrainingRequests {
  private final Progress progress;
  private final InstantSource clock;
  private final ConcurrentLinkedQueue<FutureTask<?>> barriers = new ConcurrentLinkedQueue<>();
  private volatile Stop stop = Stop.NO;
  private volatile Instant stopAt = Instant.MAX;
  private volatile boolean ended;

  private enum Stop {
    NO,
    WHEN_LEARNED,
    NOW
  }

  TrainingRequests(Progress progress, InstantSource clock) {
    this.progress = progress;
    this.clock = clock;
  }

  /** Runs {@code work} on the training thread between two batches, with nothing pending. */
  <T> FutureTask<T> atBarrier(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    barriers.add(task);
    if (ended) {
      barriers.remove(task);
      task.cancel(false);
    }
    progress.wakeTrainer();
    return task;
  }

  /** Asks to learn what is logged and end, at the latest after {@code ms}. */
  void stopWhenLearned(long ms) {
    stopAt = clock.instant().plus(Duration.ofMillis(ms));
    stop = Stop.WHEN_LEARNED;
    progress.wakeTrainer();
  }

  /** Asks to end with what is being done. */
  void stopNow() {
    stop = Stop.NOW;
    progress.wakeTrainer();
  }

  /** Whether the thread was asked to end. */
  boolean isStopping() {
    return stop != Stop.NO;
  }

  /** Whether it is to end once everything is learned. */
  boolean stopsWhenLearned() {
    return stop == Stop.WHEN_LEARNED;
  }

  /** Whether it is to end although something may be left to learn. */
  boolean stopsNow() {
    return stop == Stop.NOW || (stop == Stop.WHEN_LEARNED && !clock.instant().isBefore(stopAt));
  }

  /** Whether work waits for a barrier. */
  boolean waitForBarrier() {
    return !barriers.isEmpty();
  }

  /** Runs what waits now. Training thread, at a barrier. */
  void runBarriers() {
    ArrayDeque<FutureTask<?>> now = new ArrayDeque<>();
    for (FutureTask<?> task = barriers.poll(); task != null; task = barriers.poll()) {
      now.add(task);
    }
    now.forEach(FutureTask::run);
  }

  /** The log cannot be read on: what was learned is served, nothing more is taken. */
  void endDamaged(LogDamagedException damage) {
    String reason =
        damage.getMessage()
            + "; what was learned before is served, feedback is not taken. Stop the process, then"
            + " dolmen log verify, and dolmen log cut or dolmen log skip";
    progress.damaged(reason);
    end(reason);
  }

  /**
   * Another process learns from the log: this one is not ready any more. It does not end by itself,
   * as who starts it again would have it take the log back, and the other one after that.
   */
  void endTakenOver(LogTakenOverException taken) {
    String reason = String.valueOf(taken.getMessage());
    progress.takenOver(reason);
    end(reason);
  }

  /**
   * No barrier will come any more. Training thread.
   *
   * @param failure why, or null if it was asked to end
   */
  void end(@Nullable String failure) {
    ended = true;
    progress.ended(failure);
    for (FutureTask<?> task = barriers.poll(); task != null; task = barriers.poll()) {
      task.cancel(false);
    }
  }
}
