package dev.dolmen.server;

import com.sun.management.OperatingSystemMXBean;
import dev.dolmen.server.access.Access;
import dev.dolmen.server.charts.Charts;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ListenHosts;
import dev.dolmen.server.config.MemoryPlan;
import dev.dolmen.server.config.ProcessRole;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.otlp.OtlpFiles;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.TlsFiles;
import dev.dolmen.trainer.log.KafkaAddresses;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.sync.ParameterTopic;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be found out about a configuration before anything is started: whether the files that it
 * names can be used, whether its bounds fit the memory, and whether it would let everybody in.
 *
 * @param server with the hosts that it would listen on
 * @param warning of what will not do for long
 */
public record StartCheck(ServerConfig server, Optional<String> warning) {
  /**
   * Reads the files.
   *
   * @throws StartException with a line for each thing that is wrong
   */
  public static StartCheck of(DolmenConfig config, InstantSource clock) throws StartException {
    ServerConfig server = config.server();
    long heapBytes = Runtime.getRuntime().maxMemory();
    Optional<String> tooSmall = MemoryPlan.tooSmall(heapBytes, machineBytes());
    if (tooSmall.isPresent()) {
      throw new StartException(tooSmall.get());
    }
    List<String> tooLarge = MemoryPlan.of(config, heapBytes).problems(heapBytes, machineBytes());
    if (!tooLarge.isEmpty()) {
      throw new StartException(String.join("\n", tooLarge));
    }
    List<String> unusable = new ArrayList<>(clusterProblems(config));
    unusable.add(kafkaFile(config.engine().log()));
    unusable.removeIf(String::isEmpty);
    if (!unusable.isEmpty()) {
      throw new StartException(String.join("\n", unusable));
    }
    try {
      if (config.telemetry().enabled()) {
        OtlpFiles.check(config.telemetry());
      }
      Charts.check(server.http().prometheus(), clock.instant());
      Optional<String> warning = TlsFiles.check(server.tls(), clock.instant());
      boolean known =
          Access.check(server.access(), config.dataDirectory(), server.tls().asksClients(), clock);
      return new StartCheck(hosts(server, known), warning);
    } catch (UnusableFileException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What does not go with the role of one process among others. */
  private static List<String> clusterProblems(DolmenConfig config) {
    ProcessRole role = config.cluster().role();
    if (role == ProcessRole.ALL) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    String asked = "cluster.role: " + role.name().toLowerCase(Locale.ROOT);
    LogOptions log = config.engine().log();
    if (log.kind() != LogOptions.Kind.KAFKA) {
      String kind = log.kind().name().toLowerCase(Locale.ROOT);
      problems.add(
          asked + ", but log.kind is " + kind + ", expected kafka: a cluster shares its log");
    }
    if (log.outage().maxBytes() > 0) {
      problems.add(
          "log.outage_buffer.max_bytes: "
              + log.outage().maxBytes()
              + ", expected 0 with "
              + asked
              + ": only a process that is alone keeps events while Kafka is away");
    }
    int record = config.cluster().sync().recordBytes();
    int largest = log.kafka().topics().maxMessageBytes();
    if (record + ParameterTopic.OVERHEAD_BYTES > largest) {
      problems.add(
          "cluster.record_bytes: "
              + record
              + ", expected "
              + (largest - ParameterTopic.OVERHEAD_BYTES)
              + " at most, as log.kafka.max_message_bytes is "
              + largest);
    }
    return problems;
  }

  /** What is wrong with the file of properties for Kafka's clients; empty if nothing is. */
  private static String kafkaFile(LogOptions log) {
    String file = log.kafka().clientPropertiesFile();
    if (log.kind() != LogOptions.Kind.KAFKA || file.isEmpty()) {
      return "";
    }
    return Files.isRegularFile(Path.of(file)) && Files.isReadable(Path.of(file))
        ? ""
        : "log.kafka.client_properties_file: "
            + file
            + ": "
            + (Files.exists(Path.of(file)) ? "cannot be read" : "there is no such file")
            + ", expected a file of properties for Kafka's clients";
  }

  /** Hosts of brokers that have no address now; a start waits for them. */
  public static List<String> unresolvedBrokers(DolmenConfig config) {
    LogOptions log = config.engine().log();
    return log.kind() == LogOptions.Kind.KAFKA
        ? KafkaAddresses.unresolved(log.kafka().bootstrapServers())
        : List.of();
  }

  /** Of the machine, or of the container in it. */
  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /** Names the hosts, or refuses them. */
  static ServerConfig hosts(ServerConfig server, boolean callersAreKnown) throws StartException {
    List<String> problems = ListenHosts.problems(server, callersAreKnown);
    if (!problems.isEmpty()) {
      throw new StartException(String.join("\n", problems));
    }
    return ListenHosts.named(server, callersAreKnown);
  }
}
