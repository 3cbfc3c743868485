package dev.dolmen.trainer.log;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the feedback log's topic forward, leaving out takeovers and what does not count. A record
 * that the log is known to hold is waited for; at the log's end it only looks.
 */
final class KafkaTailer implements LogTailer {
  private static final byte[] NOTHING = new byte[0];

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final KafkaTakeovers takeovers;
  private final LongConsumer onTakeover;
  private final LongSupplier lastOffset;
  private final Duration timeout;
  private final Duration atEnd;
  private final boolean shared;
  private final LongConsumer onRecord;
  private final Consumer<KafkaTailer> onClose;
  private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();
  private byte[] bytes = NOTHING;
  private long offset;

  /** Kafka's offset of the next record. */
  private long position;

  /**
   * @param position Kafka's offset of the first record to read
   * @param onTakeover told of Kafka's offset of each takeover
   * @param lastOffset of the log
   * @param atEnd how long a look behind the log's last offset waits
   * @param shared whether records of those who append together are expected
   * @param onRecord told of the log offset of each record
   */
  KafkaTailer(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long position,
      KafkaTakeovers takeovers,
      LongConsumer onTakeover,
      LongSupplier lastOffset,
      Duration timeout,
      Duration atEnd,
      boolean shared,
      LongConsumer onRecord,
      Consumer<KafkaTailer> onClose) {
    this.consumer = consumer;
    this.partition = partition;
    this.position = position;
    this.takeovers = takeovers;
    this.onTakeover = onTakeover;
    this.lastOffset = lastOffset;
    this.timeout = timeout;
    this.atEnd = atEnd;
    this.shared = shared;
    this.onRecord = onRecord;
    this.onClose = onClose;
    consumer.assign(List.of(partition));
    consumer.seek(partition, position);
  }

  /**
   * As the interface says.
   *
   * @throws LogUnavailableException if the broker does not hand over in time what it holds; the
   *     next call tries again
   */
  @Override
  public boolean next() {
    while (true) {
      ConsumerRecord<byte[], byte[]> record = nextOfTopic();
      if (record == null) {
        return false;
      }
      byte[] value = record.value();
      if (value == null || value.length == 0) {
        takeovers.add(record.offset());
        onTakeover.accept(record.offset());
      } else if (counts(record)) {
        bytes = value;
        offset = record.offset() + 1;
        onRecord.accept(offset);
        return true;
      }
    }
  }

  private boolean counts(ConsumerRecord<byte[], byte[]> record) {
    long writer = ByteBuffer.wrap(record.key()).getLong();
    if (writer == KafkaTakeovers.SHARED && !shared) {
      throw new IllegalStateException(
          "topic "
              + partition.topic()
              + " is written by the servers of a cluster, from offset "
              + (record.offset() + 1)
              + " at the latest: serve it with --role trainer or server, not all");
    }
    return takeovers.counts(record.offset(), writer);
  }

  private @Nullable ConsumerRecord<byte[], byte[]> nextOfTopic() {
    if (!fetched.hasNext() && !fetch()) {
      return null;
    }
    ConsumerRecord<byte[], byte[]> record = fetched.next();
    position = record.offset() + 1;
    return record;
  }

  private boolean fetch() {
    boolean held = position < lastOffset.getAsLong();
    try {
      var records = consumer.poll(held ? timeout : atEnd);
      fetched = records.records(partition).iterator();
    } catch (OffsetOutOfRangeException e) {
      throw new IllegalStateException(
          "log offset " + (position + 1) + " is not in topic " + partition.topic() + " any more",
          e);
    }
    if (held && !fetched.hasNext()) {
      throw new LogUnavailableException(
          "Kafka has not handed over offset "
              + position
              + " of topic "
              + partition.topic()
              + " within "
              + timeout.toMillis()
              + " ms");
    }
    return fetched.hasNext();
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public int length() {
    return bytes.length;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public void close() {
    onClose.accept(this);
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
  }
}
