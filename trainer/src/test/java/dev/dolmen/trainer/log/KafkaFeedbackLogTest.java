package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real broker, and what comes of brokers, topics and other writers. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class KafkaFeedbackLogTest extends FeedbackLogContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration OUTAGE = Duration.ofSeconds(2);

  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;

  private KafkaLogOptions options = KafkaLogOptions.defaults();

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @BeforeEach
  void nameTopic() {
    options = broker.options(PATIENCE);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Override
  KafkaFeedbackLog open() throws IOException {
    return open(directory, options);
  }

  private static KafkaFeedbackLog open(Path directory, KafkaLogOptions options) throws IOException {
    return KafkaFeedbackLog.open(directory, options, 1L << 20, true);
  }

  /** However long a busy machine takes to acknowledge it, and the log waits less. */
  private static void appendWhenever(FeedbackLog log, String record) throws InterruptedException {
    LogAppend append = log.begin(record.getBytes(UTF_8));
    Patience.await(record + " appended", append::isDone);
    var _ = append.await();
  }

  /** Two that begin on a new cluster, or one that was not told that it had made the topic. */
  @Test
  void whoIsSecondToMakeATopicTakesTheOneThatIsThere() throws Exception {
    KafkaClients clients = new KafkaClients(options);
    try (ExecutorService threads = Executors.newFixedThreadPool(4);
        Admin admin = clients.admin()) {
      for (int round = 0; round < 10; round++) {
        KafkaLogOptions fresh = broker.options(PATIENCE);
        TopicPlan plan = TopicPlan.kept(fresh, "records", 1L << 20);
        List<Callable<String>> all =
            Collections.nCopies(4, () -> KafkaTopic.open(admin, fresh, plan, true).topicId());
        Set<String> ids = new HashSet<>();
        for (Future<String> each : threads.invokeAll(all)) {
          ids.add(each.get());
        }
        assertThat(ids).hasSize(1);
      }
    }
  }

  /** What a process had under way when it died may arrive when the next one has begun. */
  @Test
  void whatArrivesBehindATakeoverCountsForNobody() throws Exception {
    try (KafkaFeedbackLog dead = open()) {
      append(dead, "a");
      try (KafkaFeedbackLog log = open()) {
        long b = append(log, "b");
        append(dead, "late");
        long c = append(log, "c");
        append(dead, "later");
        assertThat(read(log.tailer(0))).containsExactly("a", "b", "c");
        assertThat(read(log.tailer(b))).containsExactly("c");
        assertThat(read(log.tailerOfLast(3))).containsExactly("b", "c");
        assertThat(log.lastOffset()).isEqualTo(c);
      }
      try (KafkaFeedbackLog next = open()) {
        assertThat(read(next.tailer(0))).containsExactly("a", "b", "c");
        append(next, "d");
        assertThat(read(next.tailerOfLast(2))).isSubsetOf("c", "d").endsWith("d");
      }
    }
  }

  @Test
  void aWriterThatReadsOfATakeoverTakesNoMore() throws Exception {
    try (KafkaFeedbackLog first = open();
        LogTailer tailer = first.tailer(0)) {
      append(first, "a");
      assertThat(tailer.next()).isTrue();
      try (KafkaFeedbackLog second = open()) {
        append(second, "b");
        assertThatThrownBy(
                () -> {
                  while (!tailer.next()) {
                    LockSupport.parkNanos(100_000);
                  }
                })
            .isInstanceOf(LogTakenOverException.class)
            .hasMessageContaining("another process has taken topic " + options.topic() + " over");
        assertThat(first.notTaking()).contains("another process");
        assertThatThrownBy(() -> append(first, "c"))
            .isInstanceOf(LogUnavailableException.class)
            .hasMessageContaining("another process");
        append(second, "d");
        assertThat(read(second.tailer(0))).containsExactly("a", "b", "d");
      }
    }
  }

  /**
   * Stops the broker and begins records that the log gets when it is back; once more, where a last
   * answer of the broker has told the log that the topic has no leader, so that it refuses them.
   */
  private static List<LogAppend> beginWithout(
      KafkaBroker broker, KafkaFeedbackLog log, String... records) throws Exception {
    while (true) {
      List<LogAppend> begun = new ArrayList<>();
      broker.stop();
      try {
        for (String record : records) {
          begun.add(log.begin(record.getBytes(UTF_8)));
        }
        return begun;
      } catch (LogUnavailableException e) {
        broker.start();
        awaitDone(begun);
        while (!log.notTaking().isEmpty()) {
          Thread.sleep(10);
        }
      }
    }
  }

  private static void awaitDone(List<LogAppend> appends) throws InterruptedException {
    for (LogAppend append : appends) {
      while (!append.isDone()) {
        Thread.sleep(10);
      }
    }
  }

  /** Refused at first, then in the log once, whatever their publishers were told. */
  @Test
  void goesOnWhenTheBrokerIsBack() throws Exception {
    try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"));
        KafkaFeedbackLog log = open(directory.resolve("log"), own.options(OUTAGE))) {
      appendWhenever(log, "a");
      LogAppend b = beginWithout(own, log, "b").getFirst();
      assertThatThrownBy(b::await)
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("2000 ms");
      assertThatThrownBy(() -> append(log, "refused")).isInstanceOf(LogUnavailableException.class);
      assertThatThrownBy(b::await).isInstanceOf(LogUnavailableException.class);
      own.start();
      awaitDone(List.of(b));
      long offset = b.await();
      appendWhenever(log, "c");
      assertThat(read(log.tailer(0))).containsExactly("a", "b", "c");
      assertThat(log.tailer(offset).next()).isTrue();
    }
  }

  /** Nobody sends anything meanwhile. */
  @Test
  void saysThatTheBrokerIsAwayAndThatItIsBack() throws Exception {
    try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"));
        KafkaFeedbackLog log = open(directory.resolve("log"), own.options(OUTAGE))) {
      appendWhenever(log, "a");
      assertThat(log.notTaking()).isEmpty();
      own.stop();
      while (log.notTaking().isEmpty()) {
        Thread.sleep(10);
      }
      assertThat(log.notTaking()).contains("Kafka");
      assertThatThrownBy(() -> log.begin("b".getBytes(UTF_8)))
          .isInstanceOf(LogUnavailableException.class);
      own.start();
      while (!log.notTaking().isEmpty()) {
        Thread.sleep(10);
      }
      appendWhenever(log, "c");
      assertThat(read(log.tailer(0))).containsExactly("a", "c");
    }
  }

  @Test
  void aTopicThatIsDeletedIsNamed() throws Exception {
    try (KafkaFeedbackLog log = open();
        Admin admin = new KafkaClients(options).admin()) {
      append(log, "a");
      admin.deleteTopics(List.of(options.topic())).all().get();
      while (!log.notTaking().contains("is not in the cluster any more")) {
        Thread.sleep(10);
      }
      NewTopic again = new NewTopic(options.topic(), Optional.of(1), Optional.empty());
      admin.createTopics(List.of(again)).all().get();
      while (!log.notTaking().contains("was deleted and made again")) {
        Thread.sleep(10);
      }
      assertThatThrownBy(() -> log.begin("b".getBytes(UTF_8)))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining(options.topic());
    }
  }

  @Test
  void aBrokerThatIsAwayAtTheStartIsWaitedFor() throws Exception {
    try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"))) {
      KafkaLogOptions reach = own.options(OUTAGE);
      own.stop();
      List<String> why = new CopyOnWriteArrayList<>();
      LogOptions log = LogOptions.defaults().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(reach));
      CompletableFuture<FeedbackLog> opened =
          CompletableFuture.supplyAsync(() -> {
            try {
              return new AwaitedLog(LogFactory.CONFIGURED, why::add)
                  .open(directory.resolve("data"), log);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      while (why.isEmpty()) {
        Thread.sleep(10);
      }
      assertThat(why.getFirst())
          .startsWith("waiting for the feedback log: Kafka at " + reach.bootstrapServers());
      assertThat(opened).isNotDone();
      own.start();
      try (FeedbackLog there = opened.get()) {
        appendWhenever(there, "a");
      }
    }
  }

  @Test
  void aBoundedNumberIsUnderWay() throws Exception {
    KafkaLogOptions reach;
    try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"))) {
      KafkaLogOptions o = own.options(OUTAGE);
      reach = new KafkaLogOptions(o.bootstrapServers(), o.topic(), o.topics(), 3, OUTAGE, "");
      try (KafkaFeedbackLog log = open(directory.resolve("log"), reach)) {
        List<LogAppend> underWay = beginWithout(own, log, "1", "2", "3");
        assertThatThrownBy(() -> log.begin(new byte[] {1}))
            .isInstanceOf(LogUnavailableException.class);
        own.start();
        awaitDone(underWay);
        assertThat(read(log.tailer(0))).endsWith("1", "2", "3");
        assertThat(append(log, "x")).isGreaterThan(underWay.getLast().await());
      }
    }
    assertThatThrownBy(() -> open(directory.resolve("log"), reach))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reach.bootstrapServers());
  }

  @Test
  void refusesAnotherTopicThanItsOwn() throws Exception {
    open().close();
    KafkaLogOptions other = broker.options(PATIENCE);
    open(directory.resolve("other"), other).close();
    assertThatThrownBy(() -> open(directory, other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(options.topic())
        .hasMessageContaining(other.topic());
    KafkaLogOptions missing = broker.options(PATIENCE);
    assertThatThrownBy(() -> open(directory, missing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing.topic())
        .hasMessageContaining("this data directory has used it");
    try (Admin admin = new KafkaClients(options).admin()) {
      admin.deleteTopics(List.of(other.topic())).all().get();
      while (admin.listTopics().names().get().contains(other.topic())) {
        Thread.sleep(10);
      }
      open(directory.resolve("third"), other).close();
      assertThatThrownBy(() -> open(directory.resolve("other"), other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the configuration says " + other.topic());
    }
  }

  @Test
  void aDirectoryThatHasLearnedTakesNoTopicWithRecords() throws Exception {
    try (KafkaFeedbackLog log = open()) {
      append(log, "a");
    }
    Path other = directory.resolve("other");
    assertThatThrownBy(() -> KafkaFeedbackLog.open(other, options, 1L << 20, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(options.topic())
        .hasMessageContaining("empty directory");
    try (KafkaFeedbackLog adopted = open(other, options)) {
      assertThat(read(adopted.tailer(0))).containsExactly("a");
    }
    Path chronicle = Files.createDirectory(directory.resolve("chronicle"));
    Files.createFile(chronicle.resolve("19700101-00F.cq4"));
    assertThatThrownBy(() -> open(chronicle, options))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kind chronicle");
  }

  @Test
  void refusesATopicThatCouldLoseRecords() throws Exception {
    try (Admin admin = new KafkaClients(options).admin()) {
      String several = options.topic() + "-several";
      String compacted = options.topic() + "-compacted";
      admin
          .createTopics(
              List.of(
                  new NewTopic(several, Optional.of(2), Optional.empty()),
                  new NewTopic(compacted, Optional.of(1), Optional.empty())
                      .configs(Map.of("retention.ms", "-1", "cleanup.policy", "compact"))))
          .all()
          .get();
      assertThatThrownBy(() -> open(directory, broker.options(several, PATIENCE)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("partitions is 2, expected 1");
      assertThatThrownBy(() -> open(directory, broker.options(compacted, PATIENCE)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cleanup.policy is compact, expected delete");
    }
  }

  /** By the start that makes it, and not by the next one alone. */
  @Test
  void aTopicThatIsMadeHasToFitLikeOneThatIsFound() {
    KafkaLogOptions more =
        new KafkaLogOptions(
            options.bootstrapServers(),
            options.topic(),
            new KafkaTopicOptions(1, 2, 16 << 20, 86_400),
            options.maxInFlight(),
            PATIENCE,
            "");
    for (int start = 0; start < 2; start++) {
      assertThatThrownBy(() -> open(directory, more))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("min.insync.replicas is 2, expected 1 at most");
    }
  }

  /** Of a topic that takes less than the log does; and of one that took more when it was opened. */
  @Test
  void aTopicMustTakeWhatTheLogTakes() throws Exception {
    try (Admin admin = new KafkaClients(options).admin()) {
      String small = options.topic() + "-small";
      NewTopic topic =
          new NewTopic(small, Optional.of(1), Optional.empty())
              .configs(Map.of("retention.ms", "-1", "max.message.bytes", "2000000"));
      admin.createTopics(List.of(topic)).all().get();
      KafkaLogOptions o = broker.options(small, PATIENCE);
      assertThatThrownBy(() -> open(directory, o))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("max.message.bytes is 2000000, expected 16777216 or more");
      KafkaLogOptions fitting =
          new KafkaLogOptions(
              o.bootstrapServers(),
              small,
              o.topics().withMaxMessageBytes(2_000_000),
              o.maxInFlight(),
              PATIENCE,
              "");
      try (KafkaFeedbackLog log = open(directory, fitting)) {
        assertThatThrownBy(() -> log.begin(new byte[2_000_000]))
            .isInstanceOf(LogRecordTooLargeException.class);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, small);
        AlterConfigOp less =
            new AlterConfigOp(
                new ConfigEntry("max.message.bytes", "1000"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(less))).all().get();
        assertThatThrownBy(() -> log.begin(new byte[1_500_000]).await())
            .isInstanceOf(LogRecordTooLargeException.class)
            .hasMessageContaining("1500000 bytes");
        append(log, "a");
        assertThat(read(log.tailer(0))).containsExactly("a");
      }
    }
  }

  @Test
  void aRecordThatIsTooLargeIsRefusedAlone() throws Exception {
    try (KafkaFeedbackLog log = open()) {
      append(log, "a");
      assertThatThrownBy(() -> log.begin(new byte[(16 << 20) + 1]))
          .isInstanceOf(LogRecordTooLargeException.class)
          .hasMessageContaining("16777217 bytes")
          .hasMessageContaining("expected 16777216 at most");
      assertThat(log.notTaking()).isEmpty();
      append(log, "b");
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
    }
  }

  @Test
  void aDamagedFileIsNamed() throws Exception {
    open().close();
    Files.writeString(directory.resolve("kafka.properties"), "cluster=x\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kafka.properties is damaged: it has no topic");
  }
}
