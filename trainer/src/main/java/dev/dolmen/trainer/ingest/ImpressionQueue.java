package dev.dolmen.trainer.ingest;

import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Impression;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Impressions on their way to the log, written by a thread of its own so that no request waits for
 * them; waking it, and the trainer, for each would take as long as writing it. Holds a bounded
 * number; beyond it, and when the log takes nothing, they are dropped and counted: an impression
 * only tells what was shown, and the answer has been given. Whatever else goes wrong with one is
 * logged, and the thread goes on with the next.
 */
final class ImpressionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ImpressionQueue.class);

  /** Failures of one kind in a row are logged once and then every so many. */
  private static final int SAID_EVERY = 10_000;

  private static final long CLOSE_POLL_MS = 100;

  /** After writing what there was: thousands a second are written some at a time. */
  private static final long PAUSE_MS = 2;

  /** An empty one ends the writer. */
  private final ArrayBlockingQueue<Optional<Impression>> queue;

  private final Consumer<Impression> log;
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;
  private volatile boolean closed;

  /** Failures that nobody expected; the writer's. */
  private long failures;

  ImpressionQueue(int maxQueued, Consumer<Impression> log) {
    queue = new ArrayBlockingQueue<>(maxQueued);
    this.log = log;
    writer = Thread.ofPlatform().name("dolmen-impressions").daemon().start(this::write);
  }

  void offer(Impression impression) {
    if (closed || !queue.offer(Optional.of(impression))) {
      dropped.increment();
    }
  }

  long dropped() {
    return dropped.sum();
  }

  private void write() {
    try {
      for (var next = queue.take(); next.isPresent(); next = queue.take()) {
        write(next.get());
        if (queue.isEmpty()) {
          Thread.sleep(PAUSE_MS);
        }
      }
    } catch (InterruptedException e) {
      dropped.add(queue.size());
    }
  }

  /** Nothing that a single impression does may end the thread. */
  @SuppressWarnings("CatchingUnchecked")
  private void write(Impression impression) {
    try {
      log.accept(impression);
    } catch (LogUnavailableException e) {
      dropped.increment();
    } catch (RuntimeException | LinkageError e) {
      dropped.increment();
      if (failures++ % SAID_EVERY == 0) {
        LOG.error("An impression could not be logged, the {}th that failed so", failures, e);
      }
    }
  }

  /** Takes no more and returns when those that wait are logged. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      // A writer that has died makes no room.
      boolean told = false;
      while (writer.isAlive() && !told) {
        told = queue.offer(Optional.empty(), CLOSE_POLL_MS, TimeUnit.MILLISECONDS);
      }
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      writer.interrupt();
    }
  }
}
