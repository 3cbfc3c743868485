package dev.dolmen.trainer.learn;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a request from seeing two versions: what is received from a trainer is applied while no
 * request is being computed. Of a process that learns itself, whose vectors change all the time by
 * less than a request can tell, nothing is kept. A thread that has entered enters again without
 * waiting, so that requests which share a step cannot wait for one another. Any thread.
 */
public final class VersionSwitch {
  private final @Nullable ReentrantReadWriteLock lock;

  private VersionSwitch(@Nullable ReentrantReadWriteLock lock) {
    this.lock = lock;
  }

  /** Nobody waits. */
  static VersionSwitch none() {
    return new VersionSwitch(null);
  }

  /** Requests wait while a version is applied. */
  public static VersionSwitch between() {
    return new VersionSwitch(new ReentrantReadWriteLock());
  }

  /** A request is computed from here on. */
  public void enter() {
    if (lock != null) {
      lock.readLock().lock();
    }
  }

  /** It is not any more; on the thread that entered. */
  public void leave() {
    if (lock != null) {
      lock.readLock().unlock();
    }
  }

  /** Runs something while no request is computed. */
  public void apply(Runnable change) {
    if (lock == null) {
      change.run();
      return;
    }
    lock.writeLock().lock();
    try {
      change.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
