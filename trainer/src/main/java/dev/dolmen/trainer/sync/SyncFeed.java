package dev.dolmen.trainer.sync;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads syncs on a thread of its own, and lets a few of them wait to be applied; when there is no
 * room, it stops reading, and Kafka keeps the rest.
 */
public final class SyncFeed implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SyncFeed.class);
  private static final int WAITING = 8;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long AWAY_MS = 500;

  private final ParameterTopic topic;
  private final BlockingQueue<Sync> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Thread thread;
  private volatile @Nullable SyncReader reader;
  private volatile long silentMs;
  private volatile boolean readAll;
  private volatile String failure = "";
  private volatile boolean closing;

  /** Begins to read. */
  public SyncFeed(ParameterTopic topic) {
    this.topic = topic;
    thread = Thread.ofPlatform().name("dolmen-sync").daemon().unstarted(this::run);
    thread.start();
  }

  private void run() {
    while (!closing && failure.isEmpty()) {
      try (SyncReader opened = new SyncReader(topic)) {
        reader = opened;
        read(opened);
      } catch (KafkaException e) {
        LOG.warn("Syncs cannot be read now: {}", e.getMessage());
        pause();
      } catch (IOException e) {
        if (reader == null) {
          LOG.warn("Syncs cannot be read now: {}", e.getMessage());
          pause();
        } else {
          failure = String.valueOf(e.getMessage());
        }
      }
    }
  }

  private void read(SyncReader from) throws IOException {
    while (!closing) {
      try {
        boolean came = from.poll(POLL, this::put);
        silentMs = from.silentMs();
        readAll |= !came;
      } catch (KafkaException e) {
        LOG.warn("Syncs cannot be read now: {}", e.getMessage());
        pause();
      }
    }
  }

  private void put(Sync sync) {
    try {
      while (!closing && !waiting.offer(sync, AWAY_MS, TimeUnit.MILLISECONDS)) {
        LOG.debug("Sync {} waits for room", sync.number());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause() {
    try {
      Thread.sleep(AWAY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next sync; it stays. Null if there is none now. */
  public @Nullable Sync peek() {
    return waiting.peek();
  }

  /** The next sync has been applied. */
  public void remove() {
    waiting.remove();
  }

  /** Whether all that the topic held at some moment was handed over. Any thread. */
  public boolean readAll() {
    return readAll;
  }

  /** For how long no trainer has shown that it leads, milliseconds. Any thread. */
  public long silentMs() {
    return silentMs;
  }

  /** Why nothing is read any more; empty while it is. Any thread. */
  public String failure() {
    return failure;
  }

  /** What is read with; null before Kafka has answered. Any thread, for its figures. */
  public @Nullable SyncReader reader() {
    return reader;
  }

  /** The thread that reads. */
  public Thread thread() {
    return thread;
  }

  @Override
  public void close() {
    closing = true;
    waiting.clear();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
