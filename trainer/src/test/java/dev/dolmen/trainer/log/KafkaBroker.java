package dev.dolmen.trainer.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker, its own controller, in this process; it can be stopped and started again.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final AtomicInteger TOPICS = new AtomicInteger();

  private final Path directory;
  private final int port;
  private final int controllerPort;
  private @Nullable KafkaRaftServer server;

  private KafkaBroker(Path directory) throws IOException {
    this.directory = directory;
    // Both at once, or they may be the same.
    try (ServerSocket free = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      port = free.getLocalPort();
      controllerPort = other.getLocalPort();
    }
  }

  /** Formats a directory and starts a broker on it. */
  public static KafkaBroker start(Path directory) throws Exception {
    KafkaBroker broker = new KafkaBroker(directory);
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(1)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(directory.toString())
          .addDirectory(directory.toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setPrintStream(nowhere)
          .run();
    }
    broker.start();
    return broker;
  }

  /** Starts it again on the same port, with what it had. */
  public void start() {
    Properties config = new Properties();
    config.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            "controller.quorum.voters", "1@127.0.0.1:" + controllerPort,
            "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
            "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
            "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names", "CONTROLLER",
            "inter.broker.listener.name", "PLAINTEXT",
            "log.dirs", directory.toString()));
    config.putAll(
        Map.of(
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "transaction.state.log.num.partitions", "3",
            "log.retention.check.interval.ms", "500",
            "log.segment.delete.delay.ms", "500",
            // One that says that it goes is given up at once: a start waits for that, and for the
            // session otherwise.
            "controlled.shutdown.enable", "true",
            "broker.session.timeout.ms", "3000",
            "broker.heartbeat.interval.ms", "200",
            "auto.create.topics.enable", "false"));
    KafkaRaftServer started = new KafkaRaftServer(KafkaConfig.fromProps(config), Time.SYSTEM);
    server = started;
    started.startup();
  }

  /** Stops it; clients find nobody at its port. */
  public void stop() {
    KafkaRaftServer running = server;
    if (running != null) {
      server = null;
      running.shutdown();
      running.awaitShutdown();
    }
  }

  /** How to reach a topic that nobody else uses. */
  public KafkaLogOptions options(Duration timeout) {
    return options("topic-" + TOPICS.incrementAndGet(), timeout);
  }

  /** How to reach a topic. */
  public KafkaLogOptions options(String topic, Duration timeout) {
    return new KafkaLogOptions(
        "127.0.0.1:" + port,
        topic,
        KafkaTopicOptions.defaults().withReplicationFactor(1),
        10_000,
        timeout,
        "");
  }

  @Override
  public void close() {
    stop();
  }
}
