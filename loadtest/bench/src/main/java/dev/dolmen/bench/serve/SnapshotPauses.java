package dev.dolmen.bench.serve;

import dev.dolmen.traffic.generator.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has a server take snapshots until it is closed, one after the other, and keeps for how long
 * training stood still at most. Its thread ends with it.
 */
final class SnapshotPauses implements AutoCloseable {
  /** A server takes one every five seconds on demand. */
  private static final int APART_MS = 5_500;

  private final Connection connection;
  private final CompletableFuture<Double> longestMs = new CompletableFuture<>();
  private final Thread thread;
  private final CountDownLatch enough = new CountDownLatch(1);

  /**
   * Begins.
   *
   * @param port of the server, on the loopback address
   */
  SnapshotPauses(int port) {
    connection = Connection.toLocal(port);
    thread = Thread.ofVirtual().name("snapshots").start(this::take);
  }

  private void take() {
    double longest = 0;
    try {
      do {
        longest = Math.max(longest, connection.createSnapshot().getPauseMs());
      } while (!enough.await(APART_MS, TimeUnit.MILLISECONDS));
      longestMs.complete(longest);
    } catch (RuntimeException e) {
      longestMs.completeExceptionally(e);
    } catch (InterruptedException e) {
      longestMs.complete(longest);
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the snapshot that is being taken; there is one at least.
   *
   * @throws CompletionException if one could not be taken
   */
  double longestMs() {
    enough.countDown();
    return longestMs.join();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
  }
}
