package dev.dolmen.trainer.log;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether a topic can be reached, although nobody sends anything: asks for it about once a
 * second, and says in one line each when it is away and when it is back. A thread of its own.
 */
final class KafkaWatch {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaWatch.class);
  private static final long TICK_NANOS = 250_000_000;

  /** Looks between two questions. */
  private static final int TICKS_BETWEEN = 4;

  /** Brokers learn of a topic one after the other: so many of them in a row have to know none. */
  private static final int MISSING_TIMES = 3;

  private final Admin admin;
  private final KafkaTopic topic;
  private final KafkaAppends appends;
  private final Thread thread;
  private @Nullable KafkaFuture<TopicDescription> asked;

  /** Acknowledgements when it was asked. */
  private int before;

  private int ticks;
  private int missing;
  private String said = "";
  private volatile boolean closed;

  private KafkaWatch(Admin admin, KafkaTopic topic, KafkaAppends appends) {
    this.admin = admin;
    this.topic = topic;
    this.appends = appends;
    thread = Thread.ofPlatform().name("dolmen-kafka-watch").daemon().unstarted(this::run);
  }

  /**
   * Begins to look.
   *
   * @param admin whose own timeout is how long an answer is waited for
   * @param appends is told, and may know itself
   */
  static KafkaWatch start(Admin admin, KafkaTopic topic, KafkaAppends appends) {
    KafkaWatch watch = new KafkaWatch(admin, topic, appends);
    watch.thread.start();
    return watch;
  }

  private void run() {
    while (!closed) {
      try {
        look();
      } catch (RuntimeException e) {
        LOG.debug("Looking for topic {} failed", topic.partition().topic(), e);
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  private void look() {
    KafkaFuture<TopicDescription> question = asked;
    if (question == null && ticks++ % TICKS_BETWEEN == 0) {
      String name = topic.partition().topic();
      before = appends.acknowledged();
      asked = admin.describeTopics(List.of(name)).topicNameValues().get(name);
    } else if (question != null && question.isDone()) {
      asked = null;
      take(question);
    }
    say();
  }

  private void take(KafkaFuture<TopicDescription> answer) {
    String name = topic.partition().topic();
    try {
      TopicDescription found = answer.get();
      missing = 0;
      if (!found.topicId().toString().equals(topic.topicId())) {
        appends.fail("topic " + name + " was deleted and made again, start this process again");
      }
      boolean led = found.partitions().getFirst().leader() != null;
      appends.clusterAway(led ? "" : "topic " + name + " has no leader", before);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        if (++missing >= MISSING_TIMES) {
          appends.clusterAway("topic " + name + " is not in the cluster any more", before);
        }
      } else {
        appends.clusterAway("Kafka: " + e.getCause(), before);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say() {
    String now = closed ? "" : appends.away();
    if (!now.isEmpty() && said.isEmpty()) {
      LOG.warn("The feedback log is away: {}", now);
    } else if (now.isEmpty() && !said.isEmpty() && !closed) {
      LOG.info("The feedback log is back");
    }
    said = now;
  }

  /** Looks no more. */
  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
