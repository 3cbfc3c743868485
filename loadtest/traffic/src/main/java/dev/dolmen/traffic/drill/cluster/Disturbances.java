package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.traffic.local.SmallDisk;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Does the damage of each trial and makes the cluster whole again, under load. One thread.
 *
 * <p>A trial has recovered when what its damage concerned is as before; where that is before the
 * broker or the clock is put right, {@link #recovered()} is called in between.
 */
final class Disturbances {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * {@code minReadySeconds} of the servers in {@code deploy}: for so long a new one counts as not
   * available yet, the last one, too.
   */
  private static final Duration SERVES_BEFORE_NEXT = Duration.ofSeconds(20);

  private static final String ANSWERS = "/readyz";
  private static final int MOST_SERVERS = 4;
  private static final int LEAST_SERVERS = 2;

  /** Acknowledged events that show that events are taken again. */
  private static final int EVENTS_AGAIN = 100;

  private final ClusterProcesses cluster;
  private final @Nullable KafkaBrokers brokers;
  private final @Nullable ObjectStoreServer store;
  private final KafkaAdmin admin;
  private final double awaySeconds;
  private final List<Long> readyMs;
  private final List<Long> failoverMs;
  private final Set<Member> upgraded = new HashSet<>();
  private long beganNanos;
  private long recoveredMs;

  /**
   * @param brokers the drill's own; null if it has none
   * @param awaySeconds for how long a server is paused or cut off, and a broker is dead
   * @param store the members'; null if they have none
   * @param times takes what starts and fail-overs took
   */
  Disturbances(
      ClusterProcesses cluster,
      @Nullable KafkaBrokers brokers,
      @Nullable ObjectStoreServer store,
      KafkaAdmin admin,
      double awaySeconds,
      RecoveryTimes times) {
    this.cluster = cluster;
    this.brokers = brokers;
    this.store = store;
    this.admin = admin;
    this.awaySeconds = awaySeconds;
    readyMs = times.readyMs();
    failoverMs = times.failoverMs();
  }

  /**
   * Plays a trial.
   *
   * @param acknowledged events so far
   * @return milliseconds until it had recovered
   * @throws IOException if it does not recover
   */
  long play(ClusterTrial trial, IntSupplier acknowledged) throws IOException, InterruptedException {
    recoveredMs = -1;
    beganNanos = System.nanoTime();
    switch (trial) {
      case HALF_UPGRADED -> upgradeHalf();
      case UPGRADED -> upgradeServers(cluster.servers().size());
      case SERVER_KILLED -> killServer();
      case SERVER_PAUSED -> pauseServer();
      case TRAINER_KILLED -> killLeader();
      case TRAINER_PAUSED -> pauseLeader();
      case TWO_TRAINERS -> startTogether();
      case PARAMETERS_TRUNCATED -> truncateParameters();
      case CLOCK_AHEAD -> setClocksAhead(acknowledged);
      case ROLLING_RESTART -> restartServers();
      case SCALED -> scale();
      case STORE_AWAY -> beganNanos = storeTrials().away();
      case STORE_SLOW -> storeTrials().slow();
      case STORE_LIES -> storeTrials().lies();
      case SERVER_CUT_OFF -> cutServerOff();
      case BROKER_KILLED -> killBroker(1 + leaderOfLog() % KafkaBrokers.BROKERS, acknowledged);
      case LOG_LEADER_KILLED -> killBroker(leaderOfLog(), acknowledged);
      case BROKER_DISK_FULL -> fillDisk(leaderOfLog(), acknowledged);
      case BROKERS_DOWN_AT_START -> startWithoutBrokers();
    }
    cluster.revive();
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
    return recoveredMs;
  }

  /** Puts right what a trial has left that did not come to its end. */
  void repair() throws IOException, InterruptedException {
    KafkaBrokers own = brokers;
    if (own != null) {
      own.network().heal();
      own.makeRoom();
      own.start();
      var _ = admin.awaitWhole(KafkaBrokers.BROKERS);
    }
    ObjectStoreServer ownStore = store;
    if (ownStore != null) {
      ownStore.network().answersLate(0);
      ownStore.start();
    }
    cluster.goOn();
    cluster.bringBack();
  }

  /** What was damaged is as before. */
  private void recovered() {
    if (recoveredMs < 0) {
      recoveredMs = (System.nanoTime() - beganNanos) / 1_000_000;
    }
  }

  private void killServer() throws IOException, InterruptedException {
    Member server = cluster.servers().getLast();
    cluster.kill(server);
    readyMs.add(cluster.start(server));
  }

  private void pauseServer() throws IOException, InterruptedException {
    Member server = cluster.servers().getLast();
    server.pause();
    away();
    server.goOn();
    beganNanos = System.nanoTime();
    awaitFollowing(server);
  }

  private void away() throws InterruptedException {
    Thread.sleep((long) (awaySeconds * 1_000));
  }

  private static long epoch(Member trainer) {
    return trainer.connection().status().getCluster().getEpoch();
  }

  /** Until another leads than the one that was killed or stopped just now. */
  private void failOver(long epoch) throws IOException, InterruptedException {
    long start = System.nanoTime();
    var _ = cluster.leader(epoch);
    failoverMs.add((System.nanoTime() - start) / 1_000_000);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
  }

  private void killLeader() throws IOException, InterruptedException {
    Member leader = cluster.leader();
    long epoch = epoch(leader);
    cluster.kill(leader);
    failOver(epoch, leader);
  }

  private void failOver(long epoch, Member ended) throws IOException, InterruptedException {
    failOver(epoch);
    var _ = cluster.start(ended);
  }

  /** Who wakes up finds that it leads no more, and ends; it is started again to stand by. */
  private void pauseLeader() throws IOException, InterruptedException {
    Member leader = cluster.leader();
    long epoch = epoch(leader);
    leader.pause();
    failOver(epoch);
    long from = cluster.saidBytes(leader);
    leader.goOn();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (leader.process().isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    if (leader.process().isAlive()) {
      throw new IOException(leader.name() + " goes on though another trainer leads");
    }
    cluster.requireSaid(leader, from, "the process ends to begin again: another trainer leads");
    var _ = cluster.start(leader);
  }

  private void startTogether() throws IOException, InterruptedException {
    long epoch = epoch(cluster.leader());
    for (Member trainer : cluster.trainers()) {
      cluster.kill(trainer);
    }
    for (Member trainer : cluster.trainers()) {
      cluster.begin(trainer);
    }
    var _ = cluster.leader(epoch);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
    for (Member trainer : cluster.trainers()) {
      var _ = cluster.awaitReady(trainer);
    }
  }

  private Member standby() throws IOException, InterruptedException {
    Member leader = cluster.leader();
    return cluster.trainers().stream()
        .filter(trainer -> !trainer.equals(leader))
        .findFirst()
        .orElseThrow(() -> new IOException("no trainer stands by"));
  }

  /** Whoever begins then finds nothing; the lead goes on, and then to one that began after it. */
  private void truncateParameters() throws IOException, InterruptedException {
    admin.truncate(cluster.topic() + "-parameters");
    Member server = cluster.servers().getLast();
    cluster.stop(server);
    readyMs.add(cluster.start(server));
    recovered();
    Member standby = standby();
    cluster.kill(standby);
    var _ = cluster.start(standby);
    killLeader();
  }

  private void setClocksAhead(IntSupplier acknowledged) throws IOException, InterruptedException {
    Member server = cluster.servers().getFirst();
    Member leader = cluster.leader();
    runs(server, leader, ServerAhead.class);
    awaitTaken(acknowledged, EVENTS_AGAIN);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
    away();
    runs(server, cluster.leader(), DolmenCommand.class);
  }

  /** Both are started again with a clock; the trainer leads, the other trainer's turn is over. */
  private void runs(Member server, Member trainer, Class<?> main)
      throws IOException, InterruptedException {
    server.process().runs(main);
    cluster.stop(server);
    readyMs.add(cluster.start(server));
    trainer.process().runs(main);
    stopLeader(trainer);
    Member other = cluster.leader();
    if (main == ServerAhead.class) {
      stopLeader(other);
    }
  }

  private void stopLeader(Member leader) throws IOException, InterruptedException {
    long epoch = epoch(leader);
    cluster.stop(leader);
    var _ = cluster.leader(epoch);
    var _ = cluster.start(leader);
  }

  /** As Kubernetes does it with what is in {@code deploy}, but for the one more that it starts. */
  private void restartServers() throws IOException, InterruptedException {
    for (Member server : cluster.servers()) {
      cluster.stop(server);
      readyMs.add(cluster.start(server));
      Thread.sleep(SERVES_BEFORE_NEXT);
    }
  }

  /** A server first, then those that stand by, then who leads, which is a fail-over. */
  private void upgradeHalf() throws IOException, InterruptedException {
    upgradeServers(1);
    Member leader = cluster.leader();
    for (Member trainer : cluster.trainers()) {
      if (!trainer.equals(leader)) {
        var _ = cluster.upgrade(trainer);
      }
    }
    long epoch = epoch(leader);
    cluster.stop(leader);
    failOver(epoch);
    var _ = cluster.upgrade(leader);
  }

  private void upgradeServers(int count) throws IOException, InterruptedException {
    for (Member server : cluster.servers().subList(0, count)) {
      if (!upgraded.contains(server)) {
        readyMs.add(cluster.upgrade(server));
        upgraded.add(server);
        Thread.sleep(SERVES_BEFORE_NEXT);
      }
    }
  }

  private void scale() throws IOException, InterruptedException {
    int before = cluster.servers().size();
    while (cluster.servers().size() > 1) {
      cluster.removeServer(cluster.servers().getFirst());
    }
    while (cluster.servers().size() < MOST_SERVERS) {
      readyMs.add(cluster.startServer(false));
    }
    while (cluster.servers().size() > LEAST_SERVERS) {
      cluster.removeServer(cluster.servers().getLast());
    }
    recovered();
    while (cluster.servers().size() < before) {
      readyMs.add(cluster.startServer(false));
    }
  }

  private KafkaBrokers brokers() {
    return Objects.requireNonNull(brokers, "a trial that needs the drill's own brokers");
  }

  private StoreTrials storeTrials() {
    ObjectStoreServer own = Objects.requireNonNull(store, "a trial that needs a store");
    return new StoreTrials(cluster, own, admin, awaySeconds);
  }

  private void cutServerOff() throws IOException, InterruptedException {
    Member server = cluster.behindNetwork();
    brokers().network().cut();
    away();
    long behindMs = server.connection().status().getCluster().getStalenessMs();
    answersAlone(server);
    brokers().network().heal();
    beganNanos = System.nanoTime();
    if (behindMs < awaySeconds * 1_000 / 2) {
      throw new IOException(
          server.name()
              + " was cut off for "
              + awaySeconds
              + " s and says that it is "
              + behindMs
              + " ms behind");
    }
    awaitFollowing(server);
  }

  /** Who is cut off answers with what it has. */
  private static void answersAlone(Member server) throws IOException {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId("alone"))
            .setK(10)
            .build();
    try {
      var _ = server.connection().recommend(request, Duration.ofSeconds(5));
    } catch (StatusRuntimeException e) {
      throw new IOException(server.name() + " does not answer while it is cut off: " + e, e);
    }
  }

  /** Until it has learned what the leader had when this began, and takes feedback. */
  private void awaitFollowing(Member server) throws IOException, InterruptedException {
    long offset = cluster.leader().connection().status().getLearnedLogOffset();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!follows(server, offset)) {
      if (System.nanoTime() > end) {
        throw new IOException(server.name() + " does not catch up");
      }
      Thread.sleep(10);
    }
  }

  private static boolean follows(Member server, long offset) throws InterruptedException {
    var status = server.status();
    return status != null
        && status.getLearnedLogOffset() >= offset
        && server.process().answer(ServerProcess.TAKES_FEEDBACK).startsWith("200 ");
  }

  private int leaderOfLog() throws IOException {
    return admin.leaderOf(cluster.topic());
  }

  private void killBroker(int id, IntSupplier acknowledged)
      throws IOException, InterruptedException {
    brokers().kill(id);
    beganNanos = System.nanoTime();
    awaitTaken(acknowledged, EVENTS_AGAIN);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
    away();
    brokers().start();
    var _ = admin.awaitWhole(KafkaBrokers.BROKERS);
  }

  /** A broker whose only disk takes no byte ends, as it has to; the others go on. */
  private void fillDisk(int id, IntSupplier acknowledged) throws IOException, InterruptedException {
    SmallDisk disk = brokers().disk(id);
    disk.fill(0);
    beganNanos = System.nanoTime();
    brokers().awaitEnd(id, PATIENCE);
    awaitTaken(acknowledged, EVENTS_AGAIN);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    recovered();
    away();
    disk.free();
    brokers().start();
    var _ = admin.awaitWhole(KafkaBrokers.BROKERS);
  }

  private static void awaitTaken(IntSupplier acknowledged, int more)
      throws IOException, InterruptedException {
    int enough = acknowledged.getAsInt() + more;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (acknowledged.getAsInt() < enough) {
      if (System.nanoTime() > end) {
        throw new IOException("no events are acknowledged within " + PATIENCE);
      }
      Thread.sleep(10);
    }
  }

  /** It says what it waits for, and begins when they are back. */
  private void startWithoutBrokers() throws IOException, InterruptedException {
    Member server = cluster.servers().getLast();
    cluster.kill(server);
    List<Integer> ids = new ArrayList<>();
    for (int id = 1; id <= KafkaBrokers.BROKERS; id++) {
      ids.add(id);
    }
    for (int id : ids) {
      brokers().kill(id);
    }
    cluster.begin(server);
    long end = System.nanoTime() + PATIENCE.toNanos();
    String answer = "";
    while (!answer.contains("waiting for the feedback log")) {
      if (System.nanoTime() > end) {
        throw new IOException(server.name() + " does not say that it waits for Kafka: " + answer);
      }
      Thread.sleep(50);
      answer = server.process().answer(ANSWERS);
    }
    brokers().start();
    beganNanos = System.nanoTime();
    var _ = admin.awaitWhole(KafkaBrokers.BROKERS);
    var _ = cluster.awaitReady(server);
  }
}
