package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.local.FreePorts;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.local.SmallDisk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster of this drill: three processes, each a broker and a controller, in which every
 * topic has three replicas of which two have to take what is acknowledged. One thread.
 *
 * <p>Brokers have a second address each, which leads through a {@link CutProxy}: who knows only
 * those can be cut off from all of them.
 */
final class KafkaBrokers implements AutoCloseable {
  static final int BROKERS = 3;
  private static final int HEAP_MB = 320;

  /** Some minutes of load, and what a broker keeps besides. */
  private static final int SMALL_DISK_MIB = 256;

  private final Path directory;
  private final CutProxy network = new CutProxy();
  private final List<Broker> brokers = new ArrayList<>();

  /** By broker; empty if they lie where all else does. */
  private final List<SmallDisk> disks = new ArrayList<>();

  /** Without it, who is ended by a signal would leave brokers behind. */
  private final Thread atExit = Thread.ofPlatform().name("brokers-exit").unstarted(this::endAll);

  private static final class Broker {
    final int port;
    final int cutPort;
    final int controllerPort;
    final int throughNetwork;
    @Nullable Process process;

    Broker(CutProxy network) throws IOException {
      port = FreePorts.next();
      cutPort = FreePorts.next();
      controllerPort = FreePorts.next();
      throughNetwork = network.leadTo(cutPort);
    }
  }

  /**
   * Writes their configurations; none is started yet.
   *
   * @param directory for all that they keep
   * @param smallDisks whether each lies on a disk that can be filled up
   */
  KafkaBrokers(Path directory, boolean smallDisks) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    for (int i = 0; i < BROKERS; i++) {
      brokers.add(new Broker(network));
    }
    String clusterId = Uuid.randomUuid().toString();
    for (int id = 1; id <= BROKERS; id++) {
      try (OutputStream out = Files.newOutputStream(file(id, ".properties"))) {
        config(id, clusterId).store(out, null);
      }
    }
    Runtime.getRuntime().addShutdownHook(atExit);
    for (int id = 1; smallDisks && id <= BROKERS; id++) {
      disks.add(SmallDisk.mount(file(id, ""), SMALL_DISK_MIB));
    }
  }

  private Path file(int id, String suffix) {
    return directory.resolve("broker" + id + suffix);
  }

  private Properties config(int id, String clusterId) {
    Broker own = brokers.get(id - 1);
    String host = "://127.0.0.1:";
    List<String> voters = new ArrayList<>();
    for (int other = 1; other <= BROKERS; other++) {
      voters.add(other + "@127.0.0.1:" + brokers.get(other - 1).controllerPort);
    }
    Properties config = new Properties();
    config.put(KafkaNode.CLUSTER_ID, clusterId);
    config.put("process.roles", "broker,controller");
    config.put("node.id", Integer.toString(id));
    config.put("controller.quorum.voters", String.join(",", voters));
    config.put("controller.listener.names", "CONTROLLER");
    config.put("inter.broker.listener.name", "PLAINTEXT");
    config.put(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CUT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    config.put(
        "listeners",
        ("PLAINTEXT" + host + own.port + ",CUT" + host + own.cutPort)
            + (",CONTROLLER" + host + own.controllerPort));
    config.put(
        "advertised.listeners", "PLAINTEXT" + host + own.port + ",CUT" + host + own.throughNetwork);
    config.put("log.dirs", file(id, "").toString());
    settings(config);
    return config;
  }

  /** Replicas as in production; who has died is given up after some seconds; little memory. */
  private static void settings(Properties config) {
    config.put("default.replication.factor", "3");
    config.put("min.insync.replicas", "2");
    config.put("offsets.topic.replication.factor", "3");
    config.put("transaction.state.log.replication.factor", "3");
    config.put("transaction.state.log.min.isr", "2");
    config.put("transaction.state.log.num.partitions", "3");
    config.put("auto.create.topics.enable", "false");
    config.put("controlled.shutdown.enable", "false");
    config.put("broker.session.timeout.ms", "6000");
    config.put("broker.heartbeat.interval.ms", "1000");
    config.put("controller.quorum.fetch.timeout.ms", "4000");
    config.put("controller.quorum.election.timeout.ms", "2000");
    config.put("num.network.threads", "2");
    config.put("num.io.threads", "2");
    config.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    config.put("log.segment.delete.delay.ms", "1000");
  }

  /** Where all of them are. */
  String bootstrapServers() {
    return brokers.stream().map(b -> "127.0.0.1:" + b.port).collect(Collectors.joining(","));
  }

  /** The same through the network that can be cut. */
  String bootstrapThroughNetwork() {
    return brokers.stream()
        .map(b -> "127.0.0.1:" + b.throughNetwork)
        .collect(Collectors.joining(","));
  }

  /** What leads to {@link #bootstrapThroughNetwork}. */
  CutProxy network() {
    return network;
  }

  /** Starts those that do not run; returns at once. */
  void start() throws IOException {
    for (int id = 1; id <= BROKERS; id++) {
      Broker broker = brokers.get(id - 1);
      Process process = broker.process;
      if (process == null || !process.isAlive()) {
        broker.process =
            Machine.javaProcess(
                    List.of("-Xmx" + HEAP_MB + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                    KafkaNode.class,
                    List.of(file(id, ".properties").toString()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file(id, ".log").toFile()))
                .start();
      }
    }
  }

  /** Ends one as {@code kill -9} does, and waits for its end. */
  void kill(int id) throws InterruptedException {
    Process process = brokers.get(id - 1).process;
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Where one lies, if it is a disk that can be filled up. */
  SmallDisk disk(int id) {
    return disks.get(id - 1);
  }

  /** Disks have room again. */
  void makeRoom() throws IOException {
    for (SmallDisk disk : disks) {
      disk.free();
    }
  }

  /**
   * Waits until one has ended by itself.
   *
   * @throws IOException if it goes on
   */
  void awaitEnd(int id, Duration patience) throws IOException, InterruptedException {
    Process process = brokers.get(id - 1).process;
    if (process != null && !process.waitFor(patience)) {
      throw new IOException("broker " + id + " goes on, on a disk that takes no byte");
    }
  }

  private void endAll() {
    for (Broker broker : brokers) {
      Process process = broker.process;
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
    endAll();
    disks.forEach(SmallDisk::close);
    network.close();
  }
}
