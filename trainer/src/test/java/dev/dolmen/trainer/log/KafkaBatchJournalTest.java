package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.log.BatchJournal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches named in Kafka, on a real broker. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class KafkaBatchJournalTest {
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
    options = broker.options(Duration.ofSeconds(30));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private FeedbackLog log(Path data) throws IOException {
    return KafkaFeedbackLog.open(data.resolve("log"), options, 1L << 20, true);
  }

  private KafkaBatchJournal journal(Path data, FeedbackLog log) throws IOException {
    return KafkaBatchJournal.open(data.resolve("journal"), options, log);
  }

  @Test
  void anotherDirectoryFindsTheBatches() throws Exception {
    try (FeedbackLog log = log(directory.resolve("a"));
        BatchJournal journal = journal(directory.resolve("a"), log)) {
      for (long n = 1; n <= 5; n++) {
        assertThat(journal.append(n, 100 * n)).isZero();
      }
      journal.force();
      assertThat(journal.after(3)).containsExactly(new Entry(4, 400, 0), new Entry(5, 500, 0));
    }
    try (FeedbackLog log = log(directory.resolve("b"));
        BatchJournal journal = journal(directory.resolve("b"), log)) {
      assertThat(journal.after(0)).hasSize(5);
      journal.append(4, 401);
      journal.force();
      assertThat(journal.after(3)).containsExactly(new Entry(4, 401, 0));
    }
  }

  @Test
  void whatIsSentAfterATakeoverNamesNothing() throws Exception {
    try (FeedbackLog log = log(directory.resolve("a"));
        BatchJournal dead = journal(directory.resolve("a"), log)) {
      dead.append(1, 100);
      dead.force();
      try (BatchJournal next = journal(directory.resolve("a"), log)) {
        dead.append(2, 200);
        dead.force();
        assertThat(next.after(0)).hasSize(2);
        next.append(2, 201);
        next.force();
        dead.append(3, 300);
        dead.force();
        assertThat(next.after(0)).containsExactly(new Entry(1, 100, 0), new Entry(2, 201, 0));
      }
    }
  }

  /** A journal in files, from a version that knew no other. */
  @Test
  void filesOfAnEarlierVersionAreTakenAlong() throws Exception {
    Path files = directory.resolve("journal");
    try (BatchJournal old = new ChronicleBatchJournal(files, 3_600, InstantSource.system())) {
      for (long n = 7; n <= 12; n++) {
        old.append(n, 10 * n);
      }
      old.append(12, 121);
    }
    try (FeedbackLog log = log(directory);
        BatchJournal journal = journal(directory, log)) {
      assertThat(journal.after(10)).containsExactly(new Entry(11, 110, 0), new Entry(12, 121, 0));
    }
    try (Stream<Path> left = Files.list(files)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactly("kafka.properties");
    }
    try (FeedbackLog log = log(directory);
        BatchJournal journal = journal(directory, log)) {
      assertThat(journal.after(6)).hasSize(6);
    }
  }

  @Test
  void batchesOfATopicThatWasMadeAgainArePassedOver() throws Exception {
    try (FeedbackLog log = log(directory.resolve("a"));
        BatchJournal journal = journal(directory.resolve("a"), log)) {
      journal.append(1, 100);
      journal.force();
    }
    try (Admin admin = new KafkaClients(options).admin()) {
      admin.deleteTopics(List.of(options.topic())).all().get();
      while (admin.listTopics().names().get().contains(options.topic())) {
        Thread.sleep(10);
      }
    }
    try (FeedbackLog log = log(directory.resolve("b"));
        BatchJournal journal = journal(directory.resolve("b"), log)) {
      assertThat(journal.after(0)).isEmpty();
    }
  }

  @Test
  void keepsAllWhileTheLogHasItsBeginning() throws Exception {
    try (FeedbackLog log = log(directory);
        KafkaBatchJournal journal = journal(directory, log)) {
      long offset = 0;
      for (int i = 0; i < 20; i++) {
        offset = log.begin(new byte[] {1}).await();
      }
      for (long n = 1; n <= 2_100; n++) {
        journal.append(n, n);
      }
      journal.force();
      journal.deleteUpTo(2_048);
      assertThat(journal.after(0)).hasSize(2_100);
      assertThat(log.deleteUpTo(offset - 5, 0, Long.MAX_VALUE)).isTrue();
      journal.deleteUpTo(2_048);
      assertThat(journal.after(0)).isEmpty();
      assertThat(journal.after(2_048)).hasSize(52);
    }
  }

  /** Kafka's client numbers them. */
  private long clientsMade() throws Exception {
    long[] number = new long[1];
    try (Admin admin = new KafkaClients(options).admin()) {
      Thread.getAllStackTraces().keySet().stream()
          .map(Thread::getName)
          .filter(name -> name.startsWith("kafka-admin-client-thread | adminclient-"))
          .forEach(name ->
              number[0] =
                  Math.max(number[0], Long.parseLong(name.substring(name.lastIndexOf('-') + 1))));
      assertThat(admin).isNotNull();
    }
    return number[0];
  }

  @Test
  void aTopicThatIsAwayBeforeTheFirstBatchIsNotOpenedForEachOfThem() throws Exception {
    KafkaLogOptions patient = options;
    options = broker.options(patient.topic(), Duration.ofSeconds(1));
    try (FeedbackLog log =
            KafkaFeedbackLog.open(directory.resolve("log"), patient, 1L << 20, true);
        KafkaBatchJournal journal = journal(directory, log)) {
      broker.stop();
      try {
        long before = clientsMade();
        for (int i = 0; i < 40; i++) {
          assertThatThrownBy(() -> journal.append(1, 100))
              .isInstanceOf(LogUnavailableException.class)
              .hasMessageNotContaining("null");
        }
        assertThat(clientsMade() - before).isLessThan(20);
      } finally {
        broker.start();
      }
      while (journal.after(0).isEmpty()) {
        try {
          journal.append(1, 100);
          journal.force();
        } catch (LogUnavailableException e) {
          Thread.sleep(50);
        }
      }
      assertThat(journal.after(0)).containsExactly(new Entry(1, 100, 0));
    }
  }
}
