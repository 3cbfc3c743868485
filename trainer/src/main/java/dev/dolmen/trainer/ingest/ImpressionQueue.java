package dev.dolmen.trainer.ingest;

import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Impression;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Impressions on their way to the log, written by a thread of its own so that no request waits for
 * them. Holds a bounded number; beyond it, and when the log takes nothing, they are dropped and
 * counted: an impression only tells what was shown, and the answer has been given.
 */
final class ImpressionQueue {
  /** An empty one ends the writer. */
  private final ArrayBlockingQueue<Optional<Impression>> queue;

  private final Consumer<Impression> log;
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;
  private volatile boolean closed;

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
        try {
          log.accept(next.get());
        } catch (LogUnavailableException e) {
          dropped.increment();
        }
      }
    } catch (InterruptedException e) {
      dropped.add(queue.size());
    }
  }

  /** Takes no more and returns when those that wait are logged. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      queue.put(Optional.empty());
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      writer.interrupt();
    }
  }
}
