package dev.dolmen.trainer.log;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topics that a configuration names: makes those that are missing, and says what is wrong. */
public final class KafkaTopics {
  private static final List<String> SHOWN =
      List.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.RETENTION_MS_CONFIG,
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
          TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);

  private static final long PARAMETERS_SEGMENT_BYTES = 256L << 20;

  private static final long MADE_PAUSE_MS = 100;
  private static final int MADE_LOOKS = 50;

  private KafkaTopics() {}

  /**
   * A topic as it is now.
   *
   * @param name of it
   * @param holds what it is for
   * @param found whether there is one
   * @param made whether it was made just now
   * @param settings what it is like; empty if there is none
   * @param problems what is wrong with it
   */
  public record Found(
      String name,
      String holds,
      boolean found,
      boolean made,
      Map<String, String> settings,
      List<TopicProblem> problems) {}

  /**
   * What Kafka says of a topic.
   *
   * @param made whether there was none a moment before
   */
  record Described(TopicDescription topic, Config config, boolean made) {}

  /** The log, its batches, and what a trainer sends to servers. */
  private static List<TopicPlan> plans(LogOptions options) {
    KafkaLogOptions kafka = options.kafka();
    return List.of(
        TopicPlan.kept(kafka, TopicPlan.LOG, options.segmentBytes()),
        TopicPlan.kept(kafka.batches(), "batches", KafkaBatchJournal.SEGMENT_BYTES),
        TopicPlan.parameters(kafka, options.segmentBytes()));
  }

  /**
   * Makes those that are missing; others stay as they are. More than once is as good as once.
   *
   * @throws IOException if Kafka does not answer, or does not let it
   */
  public static List<Found> create(LogOptions options) throws IOException {
    return each(options, true);
  }

  /**
   * Looks at them.
   *
   * @throws IOException if Kafka does not answer
   */
  public static List<Found> check(LogOptions options) throws IOException {
    return each(options, false);
  }

  /**
   * Finds the parameter topic, and makes it if there is none.
   *
   * @return bytes of the largest record that it takes
   * @throws IOException if Kafka does not answer, or the topic is not as it should be
   */
  public static int openParameters(Admin admin, KafkaLogOptions kafka) throws IOException {
    TopicPlan plan = TopicPlan.parameters(kafka, PARAMETERS_SEGMENT_BYTES);
    return KafkaTopic.open(admin, kafka, plan, true).maxRecordBytes();
  }

  private static List<Found> each(LogOptions options, boolean make) throws IOException {
    String servers = options.kafka().bootstrapServers();
    List<Found> found = new ArrayList<>();
    try {
      Admin admin = new KafkaClients(options.kafka()).admin();
      try {
        for (TopicPlan plan : plans(options)) {
          found.add(found(plan, make ? findOrMake(admin, plan) : find(admin, plan.name())));
        }
      } finally {
        admin.close(Duration.ZERO);
      }
    } catch (ExecutionException e) {
      throw new IOException("Kafka at " + servers + ": " + e.getCause(), e.getCause());
    } catch (KafkaException e) {
      throw new IOException("Kafka at " + servers + ": " + e.getMessage(), e);
    }
    return found;
  }

  private static Found found(TopicPlan plan, @Nullable Described it) {
    if (it == null) {
      TopicProblem missing = new TopicProblem(plan.name(), "it", "missing", "a topic", "");
      return new Found(plan.name(), plan.holds(), false, false, Map.of(), List.of(missing));
    }
    List<TopicPartitionInfo> partitions = it.topic.partitions();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("partitions", Integer.toString(partitions.size()));
    settings.put("replication factor", Integer.toString(partitions.getFirst().replicas().size()));
    SHOWN.forEach(key -> settings.put(key, TopicPlan.value(it.config, key)));
    List<TopicProblem> problems = plan.problems(it.topic, it.config);
    return new Found(plan.name(), plan.holds(), true, it.made, settings, problems);
  }

  /**
   * Finds a topic, and makes it if there is none. Of several who do so at the same moment, and of
   * one that was not told that it had made it, each takes the one that is there.
   *
   * @return null if no broker has heard of it within 5 s
   */
  static @Nullable Described findOrMake(Admin admin, TopicPlan plan) throws ExecutionException {
    Described found = find(admin, plan.name());
    if (found != null) {
      return found;
    }
    try {
      var _ = get(admin.createTopics(List.of(plan.newTopic())).all());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
    return await(admin, plan.name());
  }

  /** Brokers may learn of it a moment later, one after the other. */
  private static @Nullable Described await(Admin admin, String topic) throws ExecutionException {
    Described found = find(admin, topic);
    for (int i = 0; found == null && i < MADE_LOOKS; i++) {
      try {
        Thread.sleep(MADE_PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
      found = find(admin, topic);
    }
    return found == null ? null : new Described(found.topic, found.config, true);
  }

  /** Null if there is none that the brokers which are asked have heard of. */
  static @Nullable Described find(Admin admin, String topic) throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      TopicDescription found = get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
      Config config = get(admin.describeConfigs(List.of(resource)).all()).get(resource);
      return found == null || config == null ? null : new Described(found, config, false);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  /** Waits for as long as the client's own timeout lets it. */
  static <T> T get(KafkaFuture<T> answer) throws ExecutionException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted while Kafka was asked");
    }
  }
}
