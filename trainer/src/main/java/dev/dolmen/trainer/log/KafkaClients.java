package dev.dolmen.trainer.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes Kafka's clients, each configured for what the log and the parameter topic promise. */
public final class KafkaClients {
  /** Memory for records that wait to be sent. */
  private static final long SEND_BUFFER_BYTES = 64L << 20;

  private static final int FETCH_BYTES = 4 << 20;
  private static final int POLL_RECORDS = 5_000;

  private final KafkaLogOptions options;
  private final Map<String, Object> common = new HashMap<>();

  /**
   * @throws IOException if the file of client properties cannot be read
   */
  public KafkaClients(KafkaLogOptions options) throws IOException {
    this.options = options;
    if (!options.clientPropertiesFile().isEmpty()) {
      Properties file = new Properties();
      try (InputStream in = Files.newInputStream(Path.of(options.clientPropertiesFile()))) {
        file.load(in);
      }
      file.stringPropertyNames().forEach(name -> common.put(name, file.getProperty(name)));
    }
    common.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
    common.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    common.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    common.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
  }

  private int timeoutMs() {
    return (int) options.timeout().toMillis();
  }

  /** For what is asked of topics; each question waits for the options' timeout at most. */
  public Admin admin() {
    Map<String, Object> config = new HashMap<>(common);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs());
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs());
    return Admin.create(config);
  }

  /**
   * A producer that never gives a record up: it is in the topic once, in order, however often the
   * broker goes away, unless this process ends or the broker refuses it for good.
   */
  KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> config = new HashMap<>(common);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs());
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMs());
    // What comes while requests are under way is the next batch: nobody waits for company.
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        Math.max(SEND_BUFFER_BYTES, 2L * options.topics().maxMessageBytes()));
    config.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        options.topics().maxMessageBytes() + TopicPlan.OVERHEAD_BYTES);
    // Where the topic is would be forgotten after a quiet while, or when no broker is there, and
    // the
    // next append wait for it. Kafka's own host names are looked up again at every attempt.
    config.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Long.MAX_VALUE);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * A producer of transactions: one of the same id that begins later shuts it out for good.
   *
   * @param transactionalId names the lead that is fought for
   * @param transactionTimeoutMs after which the broker ends a transaction that was left open
   */
  public KafkaProducer<byte[], byte[]> fencedProducer(
      String transactionalId, int transactionTimeoutMs) {
    Map<String, Object> config = new HashMap<>(common);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, transactionTimeoutMs);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs());
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * timeoutMs());
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMs());
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, SEND_BUFFER_BYTES);
    config.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        options.topics().maxMessageBytes() + TopicPlan.OVERHEAD_BYTES);
    config.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** As {@link #consumer}, which sees nothing of transactions that are not committed. */
  public KafkaConsumer<byte[], byte[]> committedConsumer() {
    return consumer(Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"));
  }

  /** A consumer outside of any group; it never jumps to another offset by itself. */
  KafkaConsumer<byte[], byte[]> consumer() {
    return consumer(Map.of());
  }

  private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(common);
    config.putAll(more);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs());
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs());
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
