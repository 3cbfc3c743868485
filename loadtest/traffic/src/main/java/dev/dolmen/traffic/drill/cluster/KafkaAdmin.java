package dev.dolmen.traffic.drill.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/** What a drill asks of Kafka, and does to its topics. One thread. */
final class KafkaAdmin implements Closeable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int POLL_MS = 100;

  private final Admin admin;

  /**
   * Connects when first used.
   *
   * @param bootstrapServers of the cluster
   */
  KafkaAdmin(String bootstrapServers) {
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "request.timeout.ms", 5_000,
                "default.api.timeout.ms", 5_000,
                "reconnect.backoff.max.ms", 500));
  }

  /**
   * Waits until so many brokers are there and each has all it should have of all topics.
   *
   * @return milliseconds that it took
   * @throws IOException if that does not come to be
   */
  long awaitWhole(int brokers) throws IOException, InterruptedException {
    long start = System.nanoTime();
    String found = "";
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      try {
        found = missing(brokers);
        if (found.isEmpty()) {
          return (System.nanoTime() - start) / 1_000_000;
        }
      } catch (ExecutionException e) {
        found = String.valueOf(e.getCause());
      }
      Thread.sleep(POLL_MS);
    }
    throw new IOException("Kafka is not whole within " + PATIENCE + ": " + found);
  }

  private String missing(int brokers) throws ExecutionException, InterruptedException {
    Collection<Node> nodes = admin.describeCluster().nodes().get();
    if (nodes.size() < brokers) {
      return nodes.size() + " brokers of " + brokers;
    }
    Set<String> topics = admin.listTopics().names().get();
    return admin.describeTopics(topics).allTopicNames().get().values().stream()
        .filter(topic ->
            topic.partitions().stream()
                .anyMatch(p -> p.leader() == null || p.isr().size() < p.replicas().size()))
        .map(TopicDescription::name)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Number of the broker that leads a topic's one partition. */
  int leaderOf(String topic) throws IOException {
    TopicDescription found = get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    Node leader = found == null ? null : found.partitions().getFirst().leader();
    if (leader == null) {
      throw new IOException("topic " + topic + " has no leader");
    }
    return leader.id();
  }

  /** Deletes all that a topic holds now. */
  void truncate(String topic) throws IOException {
    TopicPartition partition = new TopicPartition(topic, 0);
    var _ = get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all());
  }

  private static <T> T get(KafkaFuture<T> answer) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IOException("Kafka: " + e.getCause(), e);
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
