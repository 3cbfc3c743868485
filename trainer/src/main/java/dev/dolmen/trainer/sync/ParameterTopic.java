package dev.dolmen.trainer.sync;

import dev.dolmen.trainer.log.KafkaClients;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.KafkaTopics;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** The parameter topic: one partition, of which nothing goes but what a newer base stands for. */
public final class ParameterTopic implements Closeable {
  /** Of a record, next to what it is filled with. */
  public static final int OVERHEAD_BYTES = 64 << 10;

  private final KafkaClients clients;
  private final Admin admin;
  private final TopicPartition partition;

  private ParameterTopic(KafkaClients clients, Admin admin, String topic) {
    this.clients = clients;
    this.admin = admin;
    partition = new TopicPartition(topic, 0);
  }

  /**
   * Finds the topic, and makes it if there is none.
   *
   * @param kafka where it is
   * @throws IOException if Kafka does not answer, or the topic is not one that keeps what it holds,
   *     or takes no records as large as they may be
   */
  public static ParameterTopic open(KafkaLogOptions kafka, SyncOptions options) throws IOException {
    KafkaClients clients = new KafkaClients(kafka);
    Admin admin = clients.admin();
    boolean opened = false;
    try {
      int most = KafkaTopics.openParameters(admin, kafka);
      if (most < options.recordBytes() + OVERHEAD_BYTES) {
        throw new IOException(
            "topic "
                + kafka.parametersTopic()
                + " takes records of "
                + most
                + " bytes, cluster.record_bytes is "
                + options.recordBytes()
                + ", expected "
                + OVERHEAD_BYTES
                + " less at least");
      }
      opened = true;
      return new ParameterTopic(clients, admin, kafka.parametersTopic());
    } finally {
      if (!opened) {
        admin.close(Duration.ZERO);
      }
    }
  }

  /** Its name. */
  public String name() {
    return partition.topic();
  }

  KafkaClients clients() {
    return clients;
  }

  TopicPartition partition() {
    return partition;
  }

  /**
   * Kafka's offset of the first record that is there.
   *
   * @throws IOException if Kafka does not say so now
   */
  long begin() throws IOException {
    try {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.earliest()))
          .partitionResult(partition)
          .get()
          .offset();
    } catch (ExecutionException e) {
      throw new IOException("topic " + partition.topic() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Kafka was asked", e);
    }
  }

  /**
   * Deletes what is before an offset.
   *
   * @throws IOException if Kafka does not do it now
   */
  void deleteBefore(long offset) throws IOException {
    try {
      var _ =
          admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    } catch (ExecutionException e) {
      throw new IOException("topic " + partition.topic() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Kafka was asked", e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
