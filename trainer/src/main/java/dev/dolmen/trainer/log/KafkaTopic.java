package dev.dolmen.trainer.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * The one partition of the feedback log's topic, as Kafka's administration sees it. Offsets are
 * Kafka's own, from 0. Any thread.
 */
final class KafkaTopic implements Closeable {
  /** Pause before a topic that was just made is asked for again. */
  private static final long MADE_PAUSE_MS = 50;

  private final Admin admin;
  private final TopicPartition partition;
  private final String clusterId;
  private final String topicId;
  private final int maxRecordBytes;

  private KafkaTopic(
      Admin admin, String topic, String clusterId, String topicId, int maxRecordBytes) {
    this.admin = admin;
    this.maxRecordBytes = maxRecordBytes;
    this.partition = new TopicPartition(topic, 0);
    this.clusterId = clusterId;
    this.topicId = topicId;
  }

  /**
   * Finds the topic, and makes it if there is none, as others may at the same moment.
   *
   * @param plan what it has to be like
   * @param mayCreate whether it may be made
   * @throws KafkaAwayException if Kafka does not answer
   * @throws IOException if the topic could lose records, or does not take those of the log
   */
  static KafkaTopic open(Admin admin, KafkaLogOptions options, TopicPlan plan, boolean mayCreate)
      throws IOException {
    String topic = plan.name();
    try {
      String cluster = KafkaTopics.get(admin.describeCluster().clusterId());
      KafkaTopics.Described found =
          mayCreate ? KafkaTopics.findOrMake(admin, plan) : KafkaTopics.find(admin, topic);
      if (found == null) {
        throw missing(options, topic, cluster, mayCreate);
      }
      refuse(plan.problems(found.topic(), found.config()));
      String bytes = TopicPlan.value(found.config(), TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
      int most = plan.options().maxMessageBytes();
      int max =
          bytes.isEmpty()
              ? most
              : Math.min(most, Integer.parseInt(bytes) - TopicPlan.OVERHEAD_BYTES);
      KafkaTopic opened =
          new KafkaTopic(admin, topic, cluster, found.topic().topicId().toString(), max);
      if (found.made()) {
        opened.awaitLeader(options);
      }
      return opened;
    } catch (ExecutionException e) {
      throw KafkaAwayException.orOther(options.bootstrapServers(), e);
    }
  }

  private static IOException missing(
      KafkaLogOptions options, String topic, String cluster, boolean made) {
    return made
        ? new KafkaAwayException(
            options.bootstrapServers() + ": topic " + topic + " is there, and not known yet", null)
        : new IOException(
            "topic "
                + topic
                + " is not in cluster "
                + cluster
                + ", but this data directory has used it");
  }

  /** Brokers learn of a topic that was just made one after the other. */
  private void awaitLeader(KafkaLogOptions options) throws IOException {
    @Nullable LogUnavailableException failure = null;
    for (long ms = 0; ms <= options.timeout().toMillis(); ms += MADE_PAUSE_MS) {
      try {
        var _ = begin();
        return;
      } catch (LogUnavailableException e) {
        failure = e;
      }
      try {
        Thread.sleep(MADE_PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a topic was made");
      }
    }
    throw new KafkaAwayException(
        options.bootstrapServers()
            + ": topic "
            + partition.topic()
            + " was made, and has no leader",
        failure);
  }

  private static void refuse(List<TopicProblem> problems) throws IOException {
    if (!problems.isEmpty()) {
      throw new IOException(
          problems.stream().map(TopicProblem::text).collect(Collectors.joining("\n")));
    }
  }

  TopicPartition partition() {
    return partition;
  }

  String clusterId() {
    return clusterId;
  }

  String topicId() {
    return topicId;
  }

  /** The largest record that it took when it was opened. */
  int maxRecordBytes() {
    return maxRecordBytes;
  }

  /** Offset of the first record that is there. */
  long begin() {
    return offset(OffsetSpec.earliest());
  }

  /** Offset of the next record. */
  long end() {
    return offset(OffsetSpec.latest());
  }

  private long offset(OffsetSpec which) {
    return ask(admin.listOffsets(Map.of(partition, which)).partitionResult(partition)).offset();
  }

  /** Deletes what is before an offset; its bytes are free when Kafka has got round to it. */
  void deleteBefore(long offset) {
    var _ = ask(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all());
  }

  /** Bytes on the disk of the partition's leader. */
  long sizeBytes() {
    TopicDescription topic =
        ask(admin.describeTopics(List.of(partition.topic())).allTopicNames())
            .get(partition.topic());
    TopicPartitionInfo info = topic == null ? null : topic.partitions().getFirst();
    Node leader = info == null ? null : info.leader();
    if (leader == null) {
      throw new LogUnavailableException("topic " + partition.topic() + " has no leader");
    }
    Map<String, LogDirDescription> directories =
        ask(admin.describeLogDirs(List.of(leader.id())).allDescriptions())
            .getOrDefault(leader.id(), Map.of());
    long bytes = 0;
    for (LogDirDescription directory : directories.values()) {
      ReplicaInfo replica = directory.replicaInfos().get(partition);
      bytes += replica == null ? 0 : replica.size();
    }
    return bytes;
  }

  private static <T> T ask(KafkaFuture<T> answer) {
    try {
      return KafkaTopics.get(answer);
    } catch (ExecutionException e) {
      throw new LogUnavailableException("Kafka: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
