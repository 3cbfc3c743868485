package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.range.WholeRange;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Where a {@link KafkaFeedbackLog} is, and how long to wait for it. What each number can be stands
 * in the constant of its name.
 *
 * @param bootstrapServers {@code HOST:PORT}, separated by commas
 * @param topic of one partition; made if there is none, unless the data directory has used it
 * @param topics what topics are made with, and held against
 * @param maxInFlight records that wait for the broker's acknowledgement; further ones wait, then
 *     are refused
 * @param timeout how long an append, or a read of what the topic holds, waits for the broker
 * @param clientPropertiesFile a file of further properties for Kafka's clients, those of security
 *     above all; empty for none
 */
public record KafkaLogOptions(
    String bootstrapServers,
    String topic,
    KafkaTopicOptions topics,
    int maxInFlight,
    Duration timeout,
    String clientPropertiesFile) {
  public static final WholeRange MAX_IN_FLIGHT = WholeRange.of(1, 1_000_000);
  public static final WholeRange TIMEOUT_MS = WholeRange.of(100, 600_000);

  /** Behind the topic's name: the topic of its batches. */
  private static final String BATCHES = "-batches";

  private static final String PARAMETERS = "-parameters";

  /** As long as Kafka takes names, less what stands behind them. */
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,238}");

  public KafkaLogOptions {
    String problem = KafkaAddresses.problem(bootstrapServers);
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException("log.kafka.bootstrapServers: " + problem);
    }
    if (!TOPIC.matcher(topic).matches()) {
      throw new IllegalArgumentException(
          "log.kafka.topic: \"" + topic + "\", expected 1 to 238 of a-z, A-Z, 0-9, '.', '_', '-'");
    }
    MAX_IN_FLIGHT.check("log.kafka.maxInFlight", maxInFlight);
    TIMEOUT_MS.check("log.kafka.timeout", timeout.toMillis());
  }

  /** {@code localhost:9092}, {@code dolmen-feedback}, 10,000 in flight, 10 seconds. */
  public static KafkaLogOptions defaults() {
    return new KafkaLogOptions(
        "localhost:9092",
        "dolmen-feedback",
        KafkaTopicOptions.defaults(),
        10_000,
        Duration.ofSeconds(10),
        "");
  }

  /** Where a trainer sends what servers need: the topic's name, and {@code -parameters}. */
  public String parametersTopic() {
    return topic + PARAMETERS;
  }

  /** The same, for the topic that names the log's batches. */
  KafkaLogOptions batches() {
    return new KafkaLogOptions(
        bootstrapServers, topic + BATCHES, topics, maxInFlight, timeout, clientPropertiesFile);
  }
}
