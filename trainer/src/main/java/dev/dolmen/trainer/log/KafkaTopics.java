package dev.dolmen.trainer.log;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
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
    ensure(admin, kafka, plan);
    return KafkaTopic.open(admin, kafka, plan, false).maxRecordBytes();
  }

  /** Makes a topic if there is none, as others may at the same moment. */
  static void ensure(Admin admin, KafkaLogOptions kafka, TopicPlan plan) throws IOException {
    try {
      if (create(admin, plan)) {
        var _ = await(admin, plan.name());
      }
    } catch (ExecutionException e) {
      throw KafkaAwayException.orOther(kafka.bootstrapServers(), e);
    }
  }

  private static List<Found> each(LogOptions options, boolean make) throws IOException {
    String servers = options.kafka().bootstrapServers();
    List<Found> found = new ArrayList<>();
    try {
      Admin admin = new KafkaClients(options.kafka()).admin();
      try {
        for (TopicPlan plan : plans(options)) {
          boolean made = make && create(admin, plan);
          found.add(look(admin, plan, made));
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

  private static boolean create(Admin admin, TopicPlan plan) throws ExecutionException {
    return describe(admin, plan.name()) == null && make(admin, plan) != null;
  }

  /** Makes a topic; its id, or null if it is there: somebody was faster, or an answer was lost. */
  static @Nullable Uuid make(Admin admin, TopicPlan plan) throws ExecutionException {
    try {
      return get(admin.createTopics(List.of(plan.newTopic())).topicId(plan.name()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return null;
      }
      throw e;
    }
  }

  private static Found look(Admin admin, TopicPlan plan, boolean made) throws ExecutionException {
    TopicDescription topic = made ? await(admin, plan.name()) : describe(admin, plan.name());
    if (topic == null) {
      TopicProblem missing = new TopicProblem(plan.name(), "it", "missing", "a topic", "");
      return new Found(plan.name(), plan.holds(), false, made, Map.of(), List.of(missing));
    }
    Config config = config(admin, plan.name());
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("partitions", Integer.toString(topic.partitions().size()));
    settings.put(
        "replication factor", Integer.toString(topic.partitions().getFirst().replicas().size()));
    SHOWN.forEach(key -> settings.put(key, TopicPlan.value(config, key)));
    return new Found(plan.name(), plan.holds(), true, made, settings, plan.problems(topic, config));
  }

  /** Brokers may learn of it a moment later. */
  static @Nullable TopicDescription await(Admin admin, String topic) throws ExecutionException {
    TopicDescription found = describe(admin, topic);
    for (int i = 0; found == null && i < 50; i++) {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
      found = describe(admin, topic);
    }
    return found;
  }

  /** Null if there is none. */
  static @Nullable TopicDescription describe(Admin admin, String topic) throws ExecutionException {
    try {
      return get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  /** Settings of a topic that is there. */
  static Config config(Admin admin, String topic) throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return Objects.requireNonNull(
        get(admin.describeConfigs(List.of(resource)).all()).get(resource));
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
