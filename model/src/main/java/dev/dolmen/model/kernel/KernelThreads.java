package dev.dolmen.model.kernel;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the rows of large matrix products with the one that calls them, which is one
 * at a time. Each row is summed by one thread in the order in which it is always summed: how many
 * threads there are changes no bit.
 */
public final class KernelThreads implements AutoCloseable {
  /** Looks for work before a worker sleeps: some 20 microseconds, less than waking it takes. */
  private static final int SPINS = 2_000;

  private static final long WAIT_NANOS = 10_000;

  /** Rows from {@code from} to {@code to - 1} of something. */
  interface Rows {
    void run(int from, int to, KernelScratch scratch);
  }

  private final Worker[] workers;
  private @Nullable Rows work;
  private int rows;
  private int part;

  /** Counts the pieces of work; what stands above is written before it. */
  private volatile int round;

  private volatile boolean closed;

  /**
   * @param threads the caller's included, 1 or more
   * @param factory of daemons for the others, which should be as nice as the caller: it waits for
   *     the slowest of them
   */
  public KernelThreads(int threads, ThreadFactory factory) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1, factory);
      workers[i].thread.start();
    }
  }

  /** Threads, the caller's included. */
  public int count() {
    return workers.length + 1;
  }

  /**
   * Runs all rows and returns when they are done.
   *
   * @param count rows
   * @param multiple of which a part is, but for the last
   * @param scratch of the calling thread
   */
  void run(Rows task, int count, int multiple, KernelScratch scratch) {
    if (closed) {
      task.run(0, count, scratch);
      return;
    }
    int each = (count + workers.length) / (workers.length + 1);
    work = task;
    rows = count;
    part = (each + multiple - 1) / multiple * multiple;
    int wanted = round + 1;
    round = wanted;
    for (Worker worker : workers) {
      if (worker.asleep) {
        LockSupport.unpark(worker.thread);
      }
    }
    runPart(0, scratch);
    for (Worker worker : workers) {
      await(worker, wanted);
    }
  }

  private static void await(Worker worker, int wanted) {
    for (int i = 0; worker.done != wanted; i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(WAIT_NANOS); // The worker may want this very core.
      }
    }
    Throwable failure = worker.failure;
    if (failure != null) {
      throw new IllegalStateException("a part of a matrix product failed", failure);
    }
  }

  private void runPart(int number, KernelScratch scratch) {
    int from = Math.min(rows, number * part);
    int to = Math.min(rows, from + part);
    Rows task = work;
    if (from < to && task != null) {
      task.run(from, to, scratch);
    }
  }

  /** Ends the workers; the caller's next products are its own. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
  }

  private final class Worker implements Runnable {
    final int number;
    final KernelScratch scratch = new KernelScratch();
    final Thread thread;
    volatile int done;
    volatile boolean asleep;
    volatile @Nullable Throwable failure;

    Worker(int number, ThreadFactory factory) {
      this.number = number;
      thread = factory.newThread(this);
    }

    @Override
    public void run() {
      while (!closed) {
        int wanted = awaitRound();
        if (wanted != done) {
          try {
            runPart(number, scratch);
          } catch (Throwable e) {
            failure = e;
          }
          done = wanted;
        }
      }
    }

    private int awaitRound() {
      for (int i = 0; i < SPINS && round == done; i++) {
        Thread.onSpinWait();
      }
      asleep = true;
      while (round == done && !closed) {
        LockSupport.park(KernelThreads.this);
      }
      asleep = false;
      return round;
    }
  }
}
