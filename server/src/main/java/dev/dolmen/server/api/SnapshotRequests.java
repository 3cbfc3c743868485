package dev.dolmen.server.api;

import dev.dolmen.trainer.snapshot.SnapshotInfo;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots that callers ask for: however many ask, one begins {@link #APART_NANOS} after the one
 * before has ended, and all who asked until then get it. It holds what all of them knew when they
 * asked. Any thread, one that may wait.
 */
final class SnapshotRequests {
  static final long APART_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Taking taking;
  private final LongSupplier nanos;
  private final Pause pause;

  /** One snapshot at a time; guards {@link #ended}. */
  private final ReentrantLock turn = new ReentrantLock();

  private @Nullable Long ended;

  /** Guards {@link #next}, and is never held while somebody waits. */
  private final ReentrantLock lock = new ReentrantLock();

  /** What has not begun: who asks now gets it. */
  private @Nullable CompletableFuture<SnapshotInfo> next;

  /** Who has asked since {@link #next} is there. */
  private int waiting;

  /** Takes a snapshot. */
  @FunctionalInterface
  interface Taking {
    SnapshotInfo take() throws IOException, InterruptedException;
  }

  /** Waits. */
  @FunctionalInterface
  interface Pause {
    void sleep(long nanos) throws InterruptedException;
  }

  /**
   * @param nanos monotonic time
   */
  SnapshotRequests(Taking taking, LongSupplier nanos, Pause pause) {
    this.taking = taking;
    this.nanos = nanos;
    this.pause = pause;
  }

  /**
   * Takes one, or waits for one that others have asked for.
   *
   * @throws IOException if it could not be written
   */
  SnapshotInfo take() throws IOException, InterruptedException {
    CompletableFuture<SnapshotInfo> own = new CompletableFuture<>();
    CompletableFuture<SnapshotInfo> first = join(own);
    if (first != null) {
      return get(first);
    }
    try {
      SnapshotInfo taken = takeInTurn(own);
      own.complete(taken);
      return taken;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      begin(own);
      own.completeExceptionally(e);
      throw e;
    }
  }

  private SnapshotInfo takeInTurn(CompletableFuture<SnapshotInfo> own)
      throws IOException, InterruptedException {
    turn.lockInterruptibly();
    try {
      Long before = ended;
      long wait = before == null ? 0 : before + APART_NANOS - nanos.getAsLong();
      if (wait > 0) {
        pause.sleep(wait);
      }
      begin(own);
      return taking.take();
    } finally {
      ended = nanos.getAsLong();
      turn.unlock();
    }
  }

  /** Whoever asks from now on gets the one after this. */
  @SuppressWarnings("ReferenceEquality") // This one, not an equal one.
  private void begin(CompletableFuture<SnapshotInfo> own) {
    lock.lock();
    try {
      if (next == own) {
        next = null;
        waiting = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The one to wait for; null if there is none, and {@code own} is to be taken. */
  private @Nullable CompletableFuture<SnapshotInfo> join(CompletableFuture<SnapshotInfo> own) {
    lock.lock();
    try {
      waiting++;
      CompletableFuture<SnapshotInfo> first = next;
      if (first == null) {
        next = own;
      }
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** Callers who wait for one that has not begun. */
  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  private static SnapshotInfo get(CompletableFuture<SnapshotInfo> first)
      throws IOException, InterruptedException {
    try {
      return first.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }
}
