package dev.dolmen.traffic.drill.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The main of a process that is a Kafka broker and a controller: takes a file of Kafka's server
 * properties, in which {@code drill.cluster.id} is the cluster's id besides. Formats its directory
 * if that is not yet done, and runs until it is killed.
 */
final class KafkaNode {
  /** Of the properties, the one that is not Kafka's. */
  static final String CLUSTER_ID = "drill.cluster.id";

  private KafkaNode() {}

  /** Starts it. */
  public static void main(String[] arguments) throws Exception {
    Properties config = read(Path.of(arguments[0]));
    format(config);
    config.remove(CLUSTER_ID);
    new KafkaRaftServer(KafkaConfig.fromProps(config), Time.SYSTEM).startup();
    new CountDownLatch(1).await();
  }

  private static Properties read(Path file) throws IOException {
    Properties config = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      config.load(in);
    }
    return config;
  }

  private static void format(Properties config) throws Exception {
    String directory = config.getProperty("log.dirs");
    if (Files.exists(Path.of(directory, "meta.properties"))) {
      return;
    }
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setClusterId(config.getProperty(CLUSTER_ID))
          .setNodeId(Integer.parseInt(config.getProperty("node.id")))
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(directory)
          .addDirectory(directory)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setPrintStream(nowhere)
          .run();
    }
  }
}
