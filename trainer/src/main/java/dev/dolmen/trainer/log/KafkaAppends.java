package dev.dolmen.trainer.log;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is on its way into the topic: a bounded number of records, acknowledged in order. Any
 * thread; acknowledgements come on the producer's.
 *
 * <p>The broker counts as away once somebody has waited for the whole timeout, until it
 * acknowledges anything: in between nothing more is begun, and whoever waits gets to know at once.
 * There is always a record under way then, so its return is noticed.
 */
final class KafkaAppends {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaAppends.class);

  private final KafkaProducer<byte[], byte[]> producer;
  private final TopicPartition partition;
  private final byte[] writer;
  private final int maxInFlight;
  private final long timeoutMs;
  private final int maxRecordBytes;
  private final Semaphore room;
  private final AtomicLong lastOffset;
  private volatile boolean away;

  /** What was found out without sending anything; empty while all is well. */
  private volatile String clusterAway = "";

  private final AtomicInteger acknowledged = new AtomicInteger();

  /** Why nothing is taken any more before the log is opened again. */
  private volatile @Nullable String failure;

  /**
   * @param writer Kafka's offset of this process' takeover
   * @param maxRecordBytes larger records are refused
   * @param lastOffset of the log
   */
  KafkaAppends(
      KafkaProducer<byte[], byte[]> producer,
      TopicPartition partition,
      long writer,
      KafkaLogOptions options,
      int maxRecordBytes,
      long lastOffset) {
    this.producer = producer;
    this.partition = partition;
    this.writer = ByteBuffer.allocate(Long.BYTES).putLong(writer).array();
    this.maxRecordBytes = maxRecordBytes;
    maxInFlight = options.maxInFlight();
    timeoutMs = options.timeout().toMillis();
    room = new Semaphore(maxInFlight);
    this.lastOffset = new AtomicLong(lastOffset);
  }

  long lastOffset() {
    return lastOffset.get();
  }

  /** Another has appended up to this offset. */
  void seen(long offset) {
    lastOffset.accumulateAndGet(offset, Math::max);
  }

  LogAppend begin(byte[] record) {
    checkSize(record);
    checkUsable();
    acquireRoom();
    Sending sending = new Sending(record.length);
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(partition.topic(), partition.partition(), writer, record),
              (metadata, e) -> sending.ended(metadata == null ? -1 : metadata.offset(), e));
    } catch (KafkaException | IllegalStateException e) {
      sending.refused(e);
    }
    return sending.begun();
  }

  /**
   * @throws LogRecordTooLargeException if the topic did not take a record of its size when opened
   */
  void checkSize(byte[] record) {
    if (record.length > maxRecordBytes) {
      throw new LogRecordTooLargeException(record.length, maxRecordBytes);
    }
  }

  private void checkUsable() {
    String reason = failure;
    if (reason != null) {
      throw new LogUnavailableException(reason);
    }
    if (away) {
      throw notAnswering();
    }
    String cluster = clusterAway;
    if (!cluster.isEmpty()) {
      throw new LogUnavailableException(cluster);
    }
  }

  /** Acknowledgements so far, for {@link #clusterAway}. */
  int acknowledged() {
    return acknowledged.get();
  }

  /** The topic takes records. */
  private void answered() {
    acknowledged.incrementAndGet();
    away = false;
    clusterAway = "";
  }

  /**
   * Tells what was found out without sending anything. A question that was asked before the last
   * acknowledgement may still fail after it.
   *
   * @param reason why the topic cannot be reached; empty if it can
   * @param before {@link #acknowledged} when it was asked
   */
  void clusterAway(String reason, int before) {
    if (reason.isEmpty() || before == acknowledged.get()) {
      clusterAway = reason;
      if (before != acknowledged.get()) {
        clusterAway = "";
      }
    }
  }

  /** Why nothing can be sent now, but may be later; empty if it can. */
  String away() {
    if (failure != null) {
      return "";
    }
    String cluster = clusterAway;
    if (!cluster.isEmpty()) {
      return cluster;
    }
    return away ? String.valueOf(notAnswering().getMessage()) : "";
  }

  /** Why nothing is begun now, or empty; the acknowledgement that clears it is under way. */
  String notTaking() {
    String reason = failure;
    return reason == null ? away() : reason;
  }

  private LogUnavailableException notAnswering() {
    return new LogUnavailableException(
        "Kafka has not acknowledged anything for " + timeoutMs + " ms (log.kafka.timeout)");
  }

  private void acquireRoom() {
    try {
      if (room.tryAcquire() || room.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted");
    }
    away = true;
    if (room.availablePermits() == maxInFlight) {
      away = false; // The last one came in just now: nothing is under way that would say so.
    }
    throw notAnswering();
  }

  private long await(CompletableFuture<Long> append) {
    try {
      return append.get(away ? 0 : timeoutMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LogUnavailableException known) {
        throw known;
      }
      if (e.getCause() instanceof LogRecordTooLargeException known) {
        throw known;
      }
      throw new LogUnavailableException("Kafka: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      away = true;
      if (append.isDone()) {
        away = false;
        return await(append);
      }
      throw notAnswering();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted");
    }
  }

  /** Takes nothing more, for good. */
  void fail(String reason) {
    if (failure == null) {
      LOG.error("The feedback log takes nothing any more: {}", reason);
      failure = reason;
    }
  }

  /** Waits for what is under way, for the timeout at most. */
  void close() {
    boolean waits = failure == null && !away;
    if (failure == null) {
      failure = "the feedback log is closed";
    }
    producer.close(Duration.ofMillis(waits ? timeoutMs : 0));
  }

  /** One record under way. */
  private final class Sending {
    private final CompletableFuture<Long> append = new CompletableFuture<>();
    private final Thread beginner = Thread.currentThread();
    private final int bytes;
    private @Nullable RuntimeException refused;

    Sending(int bytes) {
      this.bytes = bytes;
    }

    void ended(long kafkaOffset, @Nullable Exception e) {
      if (e != null && Thread.currentThread() == beginner) {
        // Before it was handed over: it is certain not to get there.
        refused(e);
        return;
      }
      if (e == null) {
        lastOffset.accumulateAndGet(kafkaOffset + 1, Math::max);
        // Before anybody knows, who may append the next.
        answered();
        append.complete(kafkaOffset + 1);
      } else {
        if (!refusesThisAlone(e)) {
          fail("Kafka refuses this process' records, start it again: " + e);
        }
        append.completeExceptionally(told(e));
      }
      room.release();
      away = false;
    }

    /** What a caller is told; a topic's bound may have become smaller since it was opened. */
    private RuntimeException told(Exception e) {
      return e instanceof RecordTooLargeException || e instanceof RecordBatchTooLargeException
          ? new LogRecordTooLargeException(bytes, 0)
          : new LogUnavailableException("Kafka: " + e, e);
    }

    private static boolean refusesThisAlone(Exception e) {
      return e instanceof RecordTooLargeException
          || e instanceof RecordBatchTooLargeException
          || e instanceof InvalidRecordException;
    }

    void refused(Exception e) {
      if (refused == null) {
        refused = told(e);
        room.release();
      }
    }

    LogAppend begun() {
      if (refused != null) {
        throw refused;
      }
      return LogAppend.pending(append, KafkaAppends.this::await);
    }
  }
}
