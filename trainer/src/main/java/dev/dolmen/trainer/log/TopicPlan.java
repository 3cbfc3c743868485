package dev.dolmen.trainer.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a topic has to be like: what it is made with if there is none, and what is wrong with one
 * that somebody else has made.
 *
 * @param name of the topic
 * @param holds what it is for
 * @param options what the configuration says of all topics
 * @param retentionMs for how long records are kept; -1 for as long as nobody deletes them
 * @param segmentBytes of its files, clamped to what Kafka takes
 */
record TopicPlan(
    String name, String holds, KafkaTopicOptions options, long retentionMs, long segmentBytes) {
  static final String LOG = "log";
  private static final String FOREVER = "-1";
  private static final Set<String> COMPRESSIONS = Set.of("producer", "uncompressed", "gzip");

  /** Bytes of a record's key, headers and batch, generously. */
  static final int OVERHEAD_BYTES = 1_024;

  /** A topic of records that only the trainer deletes. */
  static TopicPlan kept(KafkaLogOptions options, String holds, long segmentBytes) {
    return new TopicPlan(options.topic(), holds, options.topics(), -1, segmentBytes);
  }

  /** The topic of what the trainer sends to servers. */
  static TopicPlan parameters(KafkaLogOptions options, long segmentBytes) {
    return new TopicPlan(
        options.parametersTopic(),
        "parameters",
        options.topics(),
        options.topics().parametersRetentionSec() * 1_000,
        segmentBytes);
  }

  /** Whether somebody looks all the time whether it can be reached: of a cluster's topics, one. */
  boolean watched() {
    return holds.equals(LOG);
  }

  NewTopic newTopic() {
    Optional<Short> replicas =
        options.replicationFactor() == 0
            ? Optional.empty()
            : Optional.of((short) options.replicationFactor());
    return new NewTopic(name, Optional.of(1), replicas).configs(settings());
  }

  /** What it is made with. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retentionMs));
    settings.put(TopicConfig.RETENTION_BYTES_CONFIG, FOREVER);
    int bytes = options.maxMessageBytes() + OVERHEAD_BYTES;
    settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes));
    settings.put(
        TopicConfig.SEGMENT_BYTES_CONFIG,
        Long.toString(Math.clamp(segmentBytes, Math.min(2L * bytes, 1L << 30), 1L << 30)));
    if (options.minInSyncReplicas() > 0) {
      settings.put(
          TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(options.minInSyncReplicas()));
    }
    return settings;
  }

  /** What is wrong with one that was found. */
  List<TopicProblem> problems(TopicDescription found, Config config) {
    List<TopicProblem> problems = new ArrayList<>();
    int partitions = found.partitions().size();
    if (partitions != 1) {
      add(problems, "partitions", Integer.toString(partitions), "1", "as there is one order");
    }
    int replicas = found.partitions().getFirst().replicas().size();
    if (options.replicationFactor() > 0 && replicas < options.replicationFactor()) {
      add(
          problems,
          "replication factor",
          Integer.toString(replicas),
          options.replicationFactor() + " or more",
          "as log.kafka.replication_factor says");
    }
    checkRetention(problems, config);
    checkRecords(problems, config);
    checkReplicas(problems, config, replicas);
    return problems;
  }

  private void checkRetention(List<TopicProblem> problems, Config config) {
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_DELETE)) {
      add(
          problems,
          TopicConfig.CLEANUP_POLICY_CONFIG,
          policy,
          TopicConfig.CLEANUP_POLICY_DELETE,
          "as Kafka would delete what no snapshot holds");
    }
    checkNumber(
        problems,
        config,
        TopicConfig.RETENTION_MS_CONFIG,
        ms -> ms == -1 || (retentionMs > 0 && ms >= retentionMs),
        retentionMs < 0 ? FOREVER : FOREVER + ", or " + retentionMs + " or more",
        retentionMs < 0
            ? "as Kafka would delete what no snapshot holds"
            : "as log.kafka.parameters_retention says");
    checkNumber(
        problems,
        config,
        TopicConfig.RETENTION_BYTES_CONFIG,
        bytes -> bytes == -1,
        FOREVER,
        retentionMs < 0
            ? "as Kafka would delete what no snapshot holds"
            : "as Kafka would delete what servers have not read");
  }

  private void checkRecords(List<TopicProblem> problems, Config config) {
    checkNumber(
        problems,
        config,
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        bytes -> bytes >= options.maxMessageBytes(),
        options.maxMessageBytes() + " or more",
        "as log.kafka.max_message_bytes says");
    String compression = value(config, TopicConfig.COMPRESSION_TYPE_CONFIG);
    if (!COMPRESSIONS.contains(compression)) {
      add(
          problems,
          TopicConfig.COMPRESSION_TYPE_CONFIG,
          compression,
          "one of " + COMPRESSIONS.stream().sorted().toList(),
          "as this program reads no other");
    }
  }

  private void checkReplicas(List<TopicProblem> problems, Config config, int replicas) {
    String setting = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
    checkNumber(
        problems,
        config,
        setting,
        min -> min <= replicas,
        replicas + " at most",
        "as no more brokers have the topic");
    checkNumber(
        problems,
        config,
        setting,
        min -> min >= options.minInSyncReplicas(),
        options.minInSyncReplicas() + " or more",
        "as log.kafka.min_insync_replicas says");
  }

  private void checkNumber(
      List<TopicProblem> problems,
      Config config,
      String setting,
      LongPredicate fits,
      String expected,
      String why) {
    String found = value(config, setting);
    if (!found.isEmpty() && !fits.test(Long.parseLong(found))) {
      add(problems, setting, found, expected, why);
    }
  }

  private void add(
      List<TopicProblem> problems, String setting, String found, String expected, String why) {
    problems.add(new TopicProblem(name, setting, found, expected, why));
  }

  /** Empty where the cluster does not say. */
  static String value(Config config, String setting) {
    ConfigEntry entry = config.get(setting);
    return entry == null || entry.value() == null ? "" : entry.value();
  }
}
