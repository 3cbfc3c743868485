package dev.dolmen.trainer.sync;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.v1.ParameterRecord;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the parameter topic from its newest base on, as whole syncs. What comes from an earlier
 * epoch than the newest is left out, and so is a sync of which parts, or one before it, are
 * missing; then it goes on with the next base. One thread; figures are for any.
 */
public final class SyncReader implements Closeable {
  /** The layout that is written, and the only one that is read. */
  static final int LAYOUT = 1;

  private static final Logger LOG = LoggerFactory.getLogger(SyncReader.class);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Of an empty poll as a sign that nobody leads: one that took longer says nothing of them. */
  private static final long SILENCE_PER_POLL_MS = 100;

  private static final int FIRST_LOOK_BACK = 256;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final List<ParameterRecord> parts = new ArrayList<>();
  private long partBytes;
  private long partsSync;
  private long lastSync;
  private boolean follows;
  private boolean resigned;
  private long silentMs;
  private volatile long epoch;
  private final LongAdder refused = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder baseBytes = new LongAdder();

  /**
   * Stands where the newest base begins, or at the beginning if there is none.
   *
   * @throws IOException if Kafka does not answer
   */
  public SyncReader(ParameterTopic topic) throws IOException {
    partition = topic.partition();
    consumer = topic.clients().committedConsumer();
    boolean found = false;
    try {
      consumer.assign(List.of(partition));
      seekBase();
      found = true;
    } catch (KafkaException e) {
      throw new IOException("topic " + partition.topic() + ": " + e.getMessage(), e);
    } finally {
      if (!found) {
        close();
      }
    }
  }

  /** Looks back from the end, farther and farther, for a record that says where the base is. */
  private void seekBase() throws IOException {
    long begin = begin();
    long end = end();
    long place = -1;
    for (long back = FIRST_LOOK_BACK; place < 0; back *= 8) {
      long from = Math.max(begin, end - back);
      place = lastBase(from, end);
      if (from == begin && place < 0) {
        place = begin;
      }
    }
    // What it names may have been deleted: then the next base is waited for.
    consumer.seek(partition, Math.max(place, begin));
  }

  /** Kafka's offset of the base that the last records before {@code end} build on, or -1. */
  private long lastBase(long from, long end) throws IOException {
    consumer.seek(partition, from);
    long base = -1;
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
        ParameterRecord parsed = parse(record);
        if (parsed.getBasePlace() > 0) {
          base = parsed.getBasePlace() - 1;
        } else if (parsed.hasHead() && parsed.getHead().getBase()) {
          base = record.offset();
        }
      }
    }
    return base;
  }

  private long begin() {
    return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
  }

  private long end() {
    return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
  }

  private static ParameterRecord parse(ConsumerRecord<byte[], byte[]> record) throws IOException {
    try {
      ParameterRecord parsed = ParameterRecord.parseFrom(record.value());
      if (parsed.getLayout() != LAYOUT) {
        throw new IOException(
            "topic "
                + record.topic()
                + ", offset "
                + record.offset()
                + ": layout "
                + parsed.getLayout()
                + ", this program reads "
                + LAYOUT);
      }
      return parsed;
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(
          "topic " + record.topic() + ", offset " + record.offset() + " cannot be decoded", e);
    }
  }

  /**
   * Reads what comes within a time.
   *
   * @param whole told of each sync, in order
   * @return whether anything came
   * @throws IOException if what is there cannot be read by this program
   * @throws KafkaException if Kafka cannot be read now
   */
  public boolean poll(Duration time, Consumer<Sync> whole) throws IOException {
    List<ConsumerRecord<byte[], byte[]>> records;
    try {
      records = consumer.poll(time).records(partition);
    } catch (OffsetOutOfRangeException e) {
      LOG.warn("Too far behind: what comes next was deleted from topic {}", partition.topic());
      lose();
      seekBase();
      return true;
    }
    if (records.isEmpty()) {
      silentMs += Math.min(time.toMillis(), SILENCE_PER_POLL_MS);
      return false;
    }
    silentMs = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      take(parse(record), record.value().length, whole);
    }
    return true;
  }

  /** Reads what the topic holds now. */
  public void readToEnd(Consumer<Sync> whole) throws IOException {
    long end = end();
    while (consumer.position(partition) < end) {
      var _ = poll(POLL, whole);
    }
  }

  private void take(ParameterRecord record, int size, Consumer<Sync> whole) {
    bytes.add(size);
    if (record.getEpoch() < epoch) {
      refused.increment();
      return;
    }
    if (record.getEpoch() > epoch) {
      lose();
      epoch = record.getEpoch();
    }
    if (record.getSync() == 0) {
      resigned = record.getResigns();
      return;
    }
    resigned = false;
    if (record.getPart() == 0) {
      parts.clear();
      partBytes = 0;
      partsSync = record.getSync();
    } else if (record.getPart() != parts.size() || record.getSync() != partsSync) {
      lose();
      return;
    }
    parts.add(record);
    partBytes += size;
    if (parts.size() == record.getParts()) {
      complete(whole);
    }
  }

  private void complete(Consumer<Sync> whole) {
    ParameterRecord first = parts.getFirst();
    Sync sync =
        new Sync(first.getEpoch(), first.getSync(), first.getHead(), List.copyOf(parts), partBytes);
    parts.clear();
    boolean base = first.getHead().getBase();
    baseBytes.add(base ? partBytes : 0);
    if (base || (follows && sync.number() == lastSync + 1)) {
      follows = true;
      lastSync = sync.number();
      whole.accept(sync);
    } else if (follows) {
      LOG.warn("Sync {} follows {}: the next base is waited for", sync.number(), lastSync);
      lose();
    }
  }

  /** What follows builds on what is not here, until the next base. */
  private void lose() {
    parts.clear();
    follows = false;
  }

  /**
   * For how long polls have come back without a sign of a trainer, milliseconds; time in which this
   * process did not look does not count.
   */
  public long silentMs() {
    return silentMs;
  }

  /** Whether nobody leads, as the last who did has said so, or nobody ever did. */
  public boolean isVacant() {
    return resigned || (epoch == 0 && silentMs >= SILENCE_PER_POLL_MS);
  }

  /** The newest epoch; 0 before any. Any thread. */
  public long epoch() {
    return epoch;
  }

  /** Records of earlier epochs that were left out. Any thread. */
  public long refused() {
    return refused.sum();
  }

  /** Bytes read. Any thread. */
  public long bytes() {
    return bytes.sum();
  }

  /** Bytes of bases among them. Any thread. */
  public long baseBytes() {
    return baseBytes.sum();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
