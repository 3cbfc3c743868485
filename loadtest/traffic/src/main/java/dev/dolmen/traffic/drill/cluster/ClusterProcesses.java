package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.v1.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The processes of a cluster on this machine. */
final class ClusterProcesses implements AutoCloseable {
  private static final int HEAP_MB = 384;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int POLL_MS = 20;

  private final Path directory;
  private final String kafka;
  private final String topic;
  private final String format;
  private final List<Member> trainers = new ArrayList<>();
  private final List<Member> servers = new ArrayList<>();

  /** A process and a connection to it. */
  record Member(String name, ServerProcess process, Connection connection) {
    /** Its status, or null while it does not answer. */
    @Nullable StatusResponse status() {
      try {
        return connection.status();
      } catch (StatusRuntimeException e) {
        return null;
      }
    }

    private void signal(String signal) throws IOException, InterruptedException {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      if (code != 0) {
        throw new IOException("kill -" + signal + " " + process.pid() + " ended with " + code);
      }
    }

    void pause() throws IOException, InterruptedException {
      signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
      signal("CONT");
    }
  }

  /**
   * None is started yet.
   *
   * @param kafka bootstrap servers
   * @param topic of the log, which nobody else uses
   * @param format of syncs
   */
  ClusterProcesses(Path directory, String kafka, String topic, String format) {
    this.directory = directory;
    this.kafka = kafka;
    this.topic = topic;
    this.format = format;
  }

  List<Member> trainers() {
    return trainers;
  }

  List<Member> servers() {
    return servers;
  }

  String topic() {
    return topic;
  }

  /** Starts one more trainer; returns when it answers, which it does while it stands by, too. */
  Member startTrainer() throws IOException, InterruptedException {
    Member trainer = member("trainer", trainers.size() + 1);
    trainers.add(trainer);
    trainer.process.start("/readyz");
    return trainer;
  }

  /**
   * Starts one more server; returns when it takes feedback.
   *
   * @return milliseconds that it took
   */
  long startServer() throws IOException, InterruptedException {
    Member server = member("server", servers.size() + 1);
    servers.add(server);
    return server.process.start();
  }

  private Member member(String role, int number) throws IOException {
    String name = role + number;
    String yaml =
        """
        data_directory: "%s"
        server:
          host: 127.0.0.1
          metrics_host: 127.0.0.1
          warm_up: 0s
        log:
          kind: kafka
          deduplication_events: 1000000
          kafka:
            bootstrap_servers: "%s"
            topic: %s
            timeout: 5s
        cluster:
          role: %s
          format: %s
          takeover: 4s
        snapshots:
          interval: 10s
          on_close: false
        """
            .formatted(directory.resolve(name), kafka, topic, role, format);
    Path file = directory.resolve(name + ".yaml");
    Files.writeString(file, yaml + SchemaYaml.write(ShopEvents.schema()));
    ServerProcess process = ServerProcess.serving(file, directory.resolve(name + ".log"), HEAP_MB);
    return new Member(name, process, Connection.toLocal(process.port()));
  }

  /** The trainer that leads; waits for one. */
  Member leader() throws IOException, InterruptedException {
    return leader(0);
  }

  /**
   * The trainer that leads a later epoch; waits for one.
   *
   * @param after epoch that has ended
   */
  Member leader(long after) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (Member trainer : trainers) {
        StatusResponse status = trainer.process.isAlive() ? trainer.status() : null;
        if (status != null
            && status.getCluster().getLeads()
            && status.getCluster().getEpoch() > after) {
          return trainer;
        }
      }
      Thread.sleep(POLL_MS);
    }
    throw new IOException("no trainer leads an epoch after " + after + " within " + PATIENCE);
  }

  /**
   * Waits until the one that leads and all servers hold the same, with the whole log learned.
   *
   * @return whether that came to be
   */
  boolean settle() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (equal(leader())) {
        return true;
      }
      Thread.sleep(10L * POLL_MS);
    }
    return false;
  }

  private boolean equal(Member leader) {
    try {
      StatusResponse expected = leader.connection.hashedStatus();
      boolean equal = expected.getLearnedLogOffset() >= expected.getLogOffset();
      for (Member server : servers) {
        StatusResponse found = server.connection.hashedStatus();
        equal &=
            found.getModelVersion() == expected.getModelVersion()
                && found.getLearnedLogOffset() >= found.getLogOffset()
                && (!format.equals("fp32")
                    || found.getCluster().getParametersHash()
                        == expected.getCluster().getParametersHash());
      }
      return equal;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** The end of what each process has said, for a drill that failed. */
  String said() throws IOException {
    StringBuilder text = new StringBuilder();
    for (List<Member> members : List.of(trainers, servers)) {
      for (Member member : members) {
        List<String> lines = Files.readAllLines(directory.resolve(member.name + ".log"));
        text.append(String.format(Locale.ROOT, "%s:%n", member.name));
        lines
            .subList(Math.max(0, lines.size() - 5), lines.size())
            .forEach(line -> text.append("  ").append(line).append('\n'));
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    for (List<Member> members : List.of(servers, trainers)) {
      for (Member member : members) {
        member.connection.close();
        member.process.close();
      }
    }
  }
}
