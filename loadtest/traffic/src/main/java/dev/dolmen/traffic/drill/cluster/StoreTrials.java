package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.traffic.local.ServerProcess;
import java.io.IOException;
import java.time.Duration;

/**
 * What goes wrong with the store of snapshots, under load. Where a server has to begin from the
 * store, all else that it could begin from is taken away: trainers die with their directories, and
 * the parameter topic is emptied. One thread.
 */
final class StoreTrials {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int POLL_MS = 50;
  private static final String ANSWERS = "/readyz";

  /** By how much each answer of the slow store is late. */
  private static final int LATE_MS = 1_000;

  /**
   * Put from beginning to end while the store is slow: one may be on its way when it becomes so.
   */
  private static final int PUT_SLOWLY = 2;

  private final ClusterProcesses cluster;
  private final ObjectStoreServer store;
  private final StoredFiles stored;
  private final KafkaAdmin admin;
  private final double awaySeconds;

  /**
   * @param awaySeconds for how long the store is away or slow, at least
   */
  StoreTrials(
      ClusterProcesses cluster, ObjectStoreServer store, KafkaAdmin admin, double awaySeconds) {
    this.cluster = cluster;
    this.store = store;
    stored = store.files(cluster.topic());
    this.admin = admin;
    this.awaySeconds = awaySeconds;
  }

  /** Something that a trial waits for. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /** The cluster's last server. */
  private final class LastServer implements BareServer {
    private final Member member = cluster.servers().getLast();
    private long saidBefore;

    @Override
    public String name() {
      return member.name();
    }

    @Override
    public void beginAgain() throws IOException, InterruptedException {
      saidBefore = cluster.saidBytes(member);
      cluster.kill(member);
      cluster.begin(member);
    }

    String answer(String path) throws IOException, InterruptedException {
      return member.process().answer(path);
    }

    @Override
    public long awaitBatches() throws IOException, InterruptedException {
      await(
          name() + " takes feedback",
          () -> answer(ServerProcess.TAKES_FEEDBACK).startsWith("200 "));
      return member.connection().status().getModelVersion();
    }

    @Override
    public void requireSaid(String text) throws IOException {
      cluster.requireSaid(member, saidBefore, text);
    }
  }

  private static void await(String what, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IOException(what + ": not within " + PATIENCE);
      }
      Thread.sleep(POLL_MS);
    }
  }

  /** As the other, for so long at least; the store is still bad when servers have to be fresh. */
  private void awaitServing(String what, double seconds, Condition condition)
      throws IOException, InterruptedException {
    long least = System.nanoTime() + (long) (seconds * 1e9);
    long learned = learnedBatches();
    await(what, () -> condition.holds() && System.nanoTime() >= least);
    await("something is learned meanwhile", () -> learnedBatches() > learned);
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
  }

  private long learnedBatches() throws IOException, InterruptedException {
    return cluster.leader().connection().status().getModelVersion();
  }

  /**
   * The store dies while snapshots are taken. Learning and serving go on; a server that begins
   * waits for it, says so, and begins when it is back.
   *
   * @return {@link System#nanoTime} when it was back
   */
  long away() throws IOException, InterruptedException {
    await("a snapshot in the store", () -> !stored.ids().isEmpty());
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    store.kill();
    awaitServing("the trainer says that the store is away", awaySeconds, this::leaderHasProblem);
    loseTrainers();
    LastServer server = new LastServer();
    server.beginAgain();
    await(
        server.name() + " says that it waits for the store",
        () -> server.answer(ANSWERS).contains("does not answer"));
    server.requireSaid("no snapshot can be taken from");
    store.start();
    long back = System.nanoTime();
    StoreLie.requireBegunWith(stored.newest(), server);
    bringTrainersBack();
    return back;
  }

  private boolean leaderHasProblem() throws IOException, InterruptedException {
    return !cluster.leader().connection().status().getSnapshotStore().getProblem().isEmpty();
  }

  /** Each answer of the store is late. Learning and serving go on, and snapshots get there. */
  void slow() throws IOException, InterruptedException {
    await("a snapshot in the store", () -> !stored.ids().isEmpty());
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    store.network().answersLate(LATE_MS);
    try {
      double seconds = awaySeconds;
      for (int i = 0; i < PUT_SLOWLY; i++) {
        String before = stored.newest();
        awaitServing(
            "a snapshot in the slow store", seconds, () -> stored.newest().compareTo(before) > 0);
        seconds = 0;
      }
    } finally {
      store.network().answersLate(0);
    }
    requireWhole(stored.newest());
  }

  /** The newest snapshot is damaged in the store: whoever begins takes the one before. */
  void lies() throws IOException, InterruptedException {
    await(
        "two snapshots in the store, of which the newer has learned more",
        () -> StoreLie.isPossible(stored));
    loseTrainers();
    StoreLie.tell(stored, new LastServer());
    bringTrainersBack();
  }

  /** No trainer is left, and nothing that one could begin with but the store and the log. */
  private void loseTrainers() throws IOException, InterruptedException {
    for (Member trainer : cluster.trainers()) {
      cluster.lose(trainer);
    }
    admin.truncate(cluster.topic() + "-parameters");
  }

  /** They begin from the store, too; then it holds a whole snapshot of theirs. */
  private void bringTrainersBack() throws IOException, InterruptedException {
    String before = stored.newest();
    for (Member trainer : cluster.trainers()) {
      cluster.begin(trainer);
    }
    var _ = cluster.leader();
    for (Member trainer : cluster.trainers()) {
      var _ = cluster.awaitReady(trainer);
    }
    cluster.awaitFresh(ClusterTrialResult.STALENESS_BOUND_MS);
    await("a newer snapshot in the store", () -> stored.newest().compareTo(before) > 0);
    requireWhole(stored.newest());
  }

  private void requireWhole(String id) throws IOException {
    String damaged = stored.damaged(id);
    if (!damaged.isEmpty()) {
      throw new IOException("of snapshot " + id + " in the store, " + damaged + " is damaged");
    }
  }
}
