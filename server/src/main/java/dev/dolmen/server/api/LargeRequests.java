package dev.dolmen.server.api;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Turns of large requests: what is decompressed and parsed for milliseconds may occupy half of the
 * processors at a time, so that small requests always find one. Who waits is a virtual thread, and
 * holds no processor. Any thread.
 */
public final class LargeRequests {
  /** A request that ends before is small: parsing it takes some ten microseconds. */
  public static final int SMALL_BYTES = 16 << 10;

  /** Of this process, whose processors they are. */
  public static final LargeRequests OF_PROCESS =
      new LargeRequests(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

  private final Semaphore turns;

  /** So many at a time, in the order in which they came. */
  LargeRequests(int atOnce) {
    turns = new Semaphore(atOnce, true);
  }

  /** Does it when it is its turn. */
  public <T> T inTurn(Supplier<T> parsing) {
    turns.acquireUninterruptibly();
    try {
      return parsing.get();
    } finally {
      turns.release();
    }
  }
}
