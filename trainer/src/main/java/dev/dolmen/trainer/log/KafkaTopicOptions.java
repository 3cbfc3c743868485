package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * What topics are made with, and held against. What each number can be stands in the constant of
 * its name.
 *
 * @param replicationFactor brokers that have a topic; 0 leaves it to the cluster, and to whoever
 *     made the topic
 * @param minInSyncReplicas brokers that have a record when it is acknowledged, at least; 0 leaves
 *     it to the cluster
 * @param maxMessageBytes the largest record that the log takes; larger ones are refused
 * @param parametersRetentionSec for how long the parameter topic keeps what a trainer has sent: a
 *     server that was away for longer begins with a snapshot
 */
public record KafkaTopicOptions(
    int replicationFactor,
    int minInSyncReplicas,
    int maxMessageBytes,
    long parametersRetentionSec) {
  public static final WholeRange REPLICATION_FACTOR = WholeRange.of(0, 100);
  public static final WholeRange MIN_IN_SYNC_REPLICAS = WholeRange.of(0, 100);
  public static final WholeRange MAX_MESSAGE_BYTES = WholeRange.of(1 << 20, 256 << 20);
  public static final WholeRange PARAMETERS_RETENTION_SEC = WholeRange.of(600, 30 * 86_400);

  public KafkaTopicOptions {
    REPLICATION_FACTOR.check("log.kafka.replicationFactor", replicationFactor);
    MIN_IN_SYNC_REPLICAS.check("log.kafka.minInSyncReplicas", minInSyncReplicas);
    MAX_MESSAGE_BYTES.check("log.kafka.maxMessageBytes", maxMessageBytes);
    PARAMETERS_RETENTION_SEC.check("log.kafka.parametersRetention", parametersRetentionSec);
  }

  /** As the cluster has it, records of 16 MiB, parameters for a day. */
  public static KafkaTopicOptions defaults() {
    return new KafkaTopicOptions(0, 0, 16 << 20, 86_400);
  }

  /** This, with so many brokers. */
  public KafkaTopicOptions withReplicationFactor(int value) {
    return new KafkaTopicOptions(value, minInSyncReplicas, maxMessageBytes, parametersRetentionSec);
  }

  /** This, for records of so many bytes. */
  public KafkaTopicOptions withMaxMessageBytes(int value) {
    return new KafkaTopicOptions(
        replicationFactor, minInSyncReplicas, value, parametersRetentionSec);
  }
}
