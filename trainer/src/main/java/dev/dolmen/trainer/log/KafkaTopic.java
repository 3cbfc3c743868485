package dev.dolmen.trainer.log;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The one partition of the feedback log's topic, as Kafka's administration sees it. Offsets are
 * Kafka's own, from 0. Any thread.
 */
final class KafkaTopic implements Closeable {
  /** What a topic has to be, so that nothing is deleted but by {@link #deleteBefore}. */
  private static final Map<String, String> CONFIG =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          TopicConfig.RETENTION_MS_CONFIG,
          "-1",
          TopicConfig.RETENTION_BYTES_CONFIG,
          "-1");

  private static final Set<String> COMPRESSIONS = Set.of("producer", "uncompressed", "gzip");

  /** Bytes of a record's key and headers, generously. */
  private static final int OVERHEAD_BYTES = 1_024;

  private final Admin admin;
  private final TopicPartition partition;
  private final String clusterId;
  private final String topicId;

  private KafkaTopic(Admin admin, String topic, String clusterId, String topicId) {
    this.admin = admin;
    this.partition = new TopicPartition(topic, 0);
    this.clusterId = clusterId;
    this.topicId = topicId;
  }

  /**
   * Finds the topic, and makes it if there is none.
   *
   * @param segmentBytes of a topic that is made, clamped to what Kafka takes
   * @param mayCreate whether it may be made
   * @throws IOException if Kafka does not answer, or the topic could lose records
   */
  static KafkaTopic open(Admin admin, KafkaLogOptions options, long segmentBytes, boolean mayCreate)
      throws IOException {
    try {
      String cluster = get(admin.describeCluster().clusterId());
      TopicDescription found = describe(admin, options.topic());
      if (found == null) {
        if (!mayCreate) {
          throw new IOException(
              "topic "
                  + options.topic()
                  + " is not in cluster "
                  + cluster
                  + ", but this data directory has used it");
        }
        String id = create(admin, options, segmentBytes);
        return new KafkaTopic(admin, options.topic(), cluster, id);
      }
      check(admin, found);
      return new KafkaTopic(admin, options.topic(), cluster, found.topicId().toString());
    } catch (ExecutionException e) {
      throw new IOException(
          "Kafka at " + options.bootstrapServers() + ": " + e.getCause(), e.getCause());
    }
  }

  private static @Nullable TopicDescription describe(Admin admin, String topic)
      throws ExecutionException {
    try {
      return get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  private static String create(Admin admin, KafkaLogOptions options, long segmentBytes)
      throws ExecutionException {
    Optional<Short> replicas =
        options.replicationFactor() == 0
            ? Optional.empty()
            : Optional.of((short) options.replicationFactor());
    Map<String, String> config = new HashMap<>(CONFIG);
    config.put(
        TopicConfig.SEGMENT_BYTES_CONFIG,
        Long.toString(Math.clamp(segmentBytes, 2L * KafkaClients.MAX_RECORD_BYTES, 1L << 30)));
    config.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(KafkaClients.MAX_RECORD_BYTES + OVERHEAD_BYTES));
    NewTopic topic = new NewTopic(options.topic(), Optional.of(1), replicas).configs(config);
    return get(admin.createTopics(List.of(topic)).topicId(options.topic())).toString();
  }

  private static void check(Admin admin, TopicDescription topic)
      throws IOException, ExecutionException {
    String name = "topic " + topic.name();
    if (topic.partitions().size() != 1) {
      throw new IOException(
          name + " has " + topic.partitions().size() + " partitions, expected 1: one order");
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    Config config =
        Objects.requireNonNull(get(admin.describeConfigs(List.of(resource)).all()).get(resource));
    for (Map.Entry<String, String> wanted : CONFIG.entrySet()) {
      String value = config.get(wanted.getKey()).value();
      if (!wanted.getValue().equals(value)) {
        throw new IOException(
            name
                + ": "
                + wanted.getKey()
                + " is "
                + value
                + ", expected "
                + wanted.getValue()
                + ", as Kafka would delete what no snapshot holds");
      }
    }
    String compression = config.get(TopicConfig.COMPRESSION_TYPE_CONFIG).value();
    if (!COMPRESSIONS.contains(compression)) {
      throw new IOException(
          name + ": compression.type is " + compression + ", expected one of " + COMPRESSIONS);
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
      return get(answer);
    } catch (ExecutionException e) {
      throw new LogUnavailableException("Kafka: " + e.getCause(), e.getCause());
    }
  }

  /** Waits for as long as the client's own timeout lets it. */
  private static <T> T get(KafkaFuture<T> answer) throws ExecutionException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted while Kafka was asked");
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
