package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.v1.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The trainers and servers of a cluster on this machine. One thread; who serves is for any. */
final class ClusterProcesses implements AutoCloseable {
  private static final int HEAP_MB = 448;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int POLL_MS = 20;

  /** Whoever waits for another to lead asks all trainers in turn, the one that is stopped, too. */
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(1);

  private final Path directory;
  private final Kafka kafka;
  private final MemberConfig config;
  private final @Nullable Path earlier;
  private final List<Member> trainers = new ArrayList<>();
  private final List<Member> servers = new CopyOnWriteArrayList<>();

  /** All that were ever made, for the end. */
  private final List<Member> all = new ArrayList<>();

  /** Those that the drill has ended and not started again. */
  private final Set<Member> down = new HashSet<>();

  private @Nullable Member behindNetwork;
  private int endedAlone;

  /**
   * Where the log is.
   *
   * @param bootstrapServers of the brokers
   * @param throughNetwork the same through what can be cut; as the other if nothing can be
   * @param replicas of topics; 0 for as many as the cluster itself makes
   */
  record Kafka(String bootstrapServers, String throughNetwork, int replicas) {}

  /** A process and a connection to it. */
  record Member(String name, ServerProcess process, Connection connection) {
    /** Its status, or null while it does not answer, as while it is stopped. */
    @Nullable StatusResponse status() {
      try {
        return connection.status(ANSWERS_WITHIN);
      } catch (StatusRuntimeException e) {
        return null;
      }
    }

    /** What it holds. */
    HeldState held() {
      return new HeldState(name, connection.hashedStatus());
    }

    void pause() throws IOException, InterruptedException {
      Signals.pause(process.pid());
    }

    void goOn() throws IOException, InterruptedException {
      Signals.goOn(process.pid());
    }
  }

  /**
   * None is started yet.
   *
   * @param config of all
   * @param earlier jars of the version that members begin with; null for this one
   */
  ClusterProcesses(Path directory, Kafka kafka, MemberConfig config, @Nullable Path earlier)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.kafka = kafka;
    this.config = config;
    this.earlier = earlier;
  }

  List<Member> trainers() {
    return trainers;
  }

  /** Those that serve, as many as there are at any time. */
  List<Member> servers() {
    return servers;
  }

  String topic() {
    return config.topic();
  }

  /** The server that reaches the brokers through the network that can be cut. */
  Member behindNetwork() throws IOException {
    return servers.stream()
        .filter(server -> server.equals(behindNetwork))
        .findFirst()
        .orElseThrow(() -> new IOException("no server is behind the network that can be cut"));
  }

  /** Starts one more trainer; returns when it answers, which it does while it stands by, too. */
  Member startTrainer() throws IOException, InterruptedException {
    Member trainer = member("trainer", trainers.size() + 1, kafka.bootstrapServers);
    trainers.add(trainer);
    trainer.process.start("/readyz");
    return trainer;
  }

  /**
   * Starts one more server; returns when it takes feedback.
   *
   * @param mayBeCutOff whether it reaches the brokers through the network that can be cut
   * @return milliseconds that it took
   */
  long startServer(boolean mayBeCutOff) throws IOException, InterruptedException {
    String brokers = mayBeCutOff ? kafka.throughNetwork : kafka.bootstrapServers;
    Member server = member("server", all.size() + 1, brokers);
    long ms = server.process.start();
    behindNetwork = mayBeCutOff ? server : behindNetwork;
    servers.add(server);
    return ms;
  }

  /** Callers are told of it no more, then it is stopped in order. */
  void removeServer(Member server) throws InterruptedException {
    servers.remove(server);
    stop(server);
  }

  private Member member(String role, int number, String brokers) throws IOException {
    String name = role + number;
    Path file = directory.resolve(name + ".yaml");
    Files.writeString(file, config.yaml(directory.resolve(name), role, brokers));
    ServerProcess process =
        ServerProcess.serving(file, log(name), HEAP_MB, ObjectStoreServer.credentials(), earlier);
    Member member = new Member(name, process, Connection.toLocal(process.port()));
    all.add(member);
    return member;
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

  /** Starts all again that are to be there and are not, with the machine's clock. */
  void bringBack() throws IOException, InterruptedException {
    for (Member member : all) {
      member.process.runs(DolmenCommand.class);
      if (!member.process.isAlive() && (trainers.contains(member) || servers.contains(member))) {
        var _ = start(member);
      }
    }
  }

  /** Ends one as {@code kill -9} does. */
  void kill(Member member) throws InterruptedException {
    down.add(member);
    member.process.kill();
  }

  /** As if its machine were lost: ends it, and deletes what it has kept. */
  void lose(Member member) throws IOException, InterruptedException {
    kill(member);
    DirectoryTree.delete(directory.resolve(member.name));
  }

  /** Ends one in order. */
  void stop(Member member) throws InterruptedException {
    down.add(member);
    member.process.stop();
  }

  /** Starts one again that has ended; returns at once. */
  void begin(Member member) throws IOException {
    member.process.begin();
    down.remove(member);
  }

  /**
   * Starts one again that has ended.
   *
   * @return milliseconds until a server took feedback, or a trainer answered
   */
  long start(Member member) throws IOException, InterruptedException {
    begin(member);
    return awaitReady(member);
  }

  /**
   * Ends one in order, and starts it again with this version.
   *
   * @return as {@link #start}
   */
  long upgrade(Member member) throws IOException, InterruptedException {
    stop(member);
    member.process.runsThisProgram();
    return start(member);
  }

  /**
   * Waits for one that was started.
   *
   * @return milliseconds from its start
   */
  long awaitReady(Member member) throws IOException, InterruptedException {
    return member.process.awaitReady(
        trainers.contains(member) ? "/readyz" : ServerProcess.TAKES_FEEDBACK);
  }

  /** Lets go on who was stopped where it is. */
  void goOn() throws IOException, InterruptedException {
    for (Member member : all) {
      if (member.process.isAlive()) {
        member.goOn();
      }
    }
  }

  /**
   * Starts again who has ended by itself, and whom the drill did not end, as whatever runs
   * processes in production does.
   */
  void revive() throws IOException, InterruptedException {
    for (Member member : all) {
      if (!member.process.isAlive() && !down.contains(member)) {
        endedAlone++;
        start(member);
      }
    }
  }

  /** How many processes ended that nobody had ended, and were started again. */
  int endedAlone() {
    return endedAlone;
  }

  /** How old what the servers answer with is, milliseconds, of the one that is farthest behind. */
  long stalenessMs() {
    long most = 0;
    for (Member server : servers) {
      StatusResponse status = server.status();
      most = Math.max(most, status == null ? Long.MAX_VALUE : status.getCluster().getStalenessMs());
    }
    return most;
  }

  /**
   * Waits until the servers are no farther behind than they may be.
   *
   * @throws IOException if that does not come to be
   */
  void awaitFresh(long boundMs) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (stalenessMs() > boundMs) {
      if (System.nanoTime() > end) {
        throw new IOException("servers are " + stalenessMs() + " ms behind, bound " + boundMs);
      }
      revive();
      Thread.sleep(POLL_MS);
    }
  }

  /**
   * Waits until the one that leads and all servers hold the same, with the whole log learned.
   *
   * @return what still differs; empty if all are equal
   */
  String settle() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String different = "";
    while (System.nanoTime() < end) {
      revive();
      different = difference(leader());
      if (different.isEmpty()) {
        return "";
      }
      Thread.sleep(10L * POLL_MS);
    }
    return different;
  }

  private String difference(Member leader) {
    try {
      HeldState expected = leader.held();
      return HeldState.difference(
          config.format().equals("fp32"), expected, servers.stream().map(Member::held).toList());
    } catch (StatusRuntimeException e) {
      return e.toString();
    }
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** Bytes of what a process has said so far. */
  long saidBytes(Member member) throws IOException {
    return Files.size(log(member.name));
  }

  private String saidSince(Member member, long bytes) throws IOException {
    try (InputStream in = Files.newInputStream(log(member.name))) {
      in.skipNBytes(bytes);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Checks that a process has said something.
   *
   * @param bytes that it had said before
   * @throws IOException if it has not, with what it has said
   */
  void requireSaid(Member member, long bytes, String text) throws IOException {
    String said = saidSince(member, bytes);
    if (!said.contains(text)) {
      throw new IOException(member.name + " does not say \"" + text + "\": " + said);
    }
  }

  /** The end of what each process has said, for a drill that failed. */
  String said() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Member member : all) {
      List<String> lines = Files.readAllLines(log(member.name));
      text.append(String.format(Locale.ROOT, "%s:%n", member.name));
      lines
          .subList(Math.max(0, lines.size() - 5), lines.size())
          .forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.toString();
  }

  @Override
  public void close() {
    for (Member member : all.reversed()) {
      member.connection.close();
      member.process.close();
    }
  }
}
