package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.v1.ClusterStatus;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One trial after another on the same cluster, which has to be whole again after each. */
final class ClusterDrill {
  private static final int TRAINERS = 2;
  private static final int VISIBLE_CLICKS = 40;

  private final Settings settings;
  private final Path directory;
  private final Terminal progress;
  private final ShopEvents events;
  private final List<ClusterTrialResult> results = new ArrayList<>();
  private final List<Long> readyMs = new ArrayList<>();

  /**
   * What is asked.
   *
   * @param kafka bootstrap servers
   * @param servers at least 2
   * @param seconds of load before and after what goes wrong
   * @param eventsPerSecond of load
   * @param format of syncs
   */
  record Settings(
      String kafka,
      int servers,
      double seconds,
      double eventsPerSecond,
      String format,
      List<ClusterTrial> trials) {}

  /** Disturbs the cluster; returns when it is whole again. */
  @FunctionalInterface
  private interface Disturbance {
    void run() throws IOException, InterruptedException;
  }

  ClusterDrill(Settings settings, Path directory, Terminal progress) {
    this.settings = settings;
    this.directory = directory;
    this.progress = progress;
    events = new ShopEvents("cluster-" + System.currentTimeMillis(), 1);
  }

  ClusterResult run() throws IOException, InterruptedException {
    String topic = "dolmen-drill-" + System.currentTimeMillis();
    try (ClusterProcesses cluster =
        new ClusterProcesses(directory, settings.kafka, topic, settings.format)) {
      try {
        return run(cluster);
      } catch (IOException | RuntimeException e) {
        progress.clear();
        throw new IOException(e.getMessage() + "\n" + cluster.said(), e);
      }
    }
  }

  private ClusterResult run(ClusterProcesses cluster) throws IOException, InterruptedException {
    say("starting " + TRAINERS + " trainers and " + settings.servers + " servers");
    for (int i = 0; i < TRAINERS; i++) {
      cluster.startTrainer();
    }
    var _ = cluster.leader();
    for (int i = 0; i < settings.servers; i++) {
      readyMs.add(cluster.startServer());
    }
    CatalogUpload.upload(cluster.servers().getFirst().connection(), events.items());
    ClusterResult.Figures figures = steady(cluster);
    for (ClusterTrial trial : settings.trials) {
      results.add(play(trial, cluster));
    }
    return new ClusterResult(List.copyOf(results), figures, List.copyOf(readyMs));
  }

  /** Load with nothing wrong: how fast clicks show, and what following costs. */
  private ClusterResult.Figures steady(ClusterProcesses cluster)
      throws IOException, InterruptedException {
    Visibility visibility = new Visibility();
    Member server = cluster.servers().getLast();
    ShopEvents single = new ShopEvents("single-" + System.currentTimeMillis(), 2);
    try (ClusterTraffic traffic =
        new ClusterTraffic(events, cluster.servers(), settings.eventsPerSecond)) {
      await(traffic, "steady", settings.seconds);
      ClusterStatus before = server.connection().status().getCluster();
      long start = System.nanoTime();
      int eventsBefore = traffic.acknowledged().size();
      visibility.measure(single, cluster.servers().getFirst(), server, VISIBLE_CLICKS);
      await(traffic, "steady", settings.seconds);
      ClusterStatus after = server.connection().status().getCluster();
      double seconds = (System.nanoTime() - start) / 1e9;
      double rate = (traffic.acknowledged().size() - eventsBefore) / seconds;
      traffic.finish();
      long bases = after.getBaseBytes() - before.getBaseBytes();
      return new ClusterResult.Figures(
          rate,
          visibility.ownMs(50),
          visibility.ownMs(99),
          visibility.learnedMs(50),
          visibility.learnedMs(99),
          (after.getSyncBytes() - before.getSyncBytes() - bases) / seconds,
          (after.getApplyCpuMs() - before.getApplyCpuMs()) / 1e3 / seconds);
    }
  }

  private ClusterTrialResult play(ClusterTrial trial, ClusterProcesses cluster)
      throws IOException, InterruptedException {
    long recoveredMs;
    long requests;
    long failed;
    Set<String> acknowledged;
    try (ClusterTraffic traffic =
        new ClusterTraffic(events, cluster.servers(), settings.eventsPerSecond)) {
      await(traffic, trial.label(), settings.seconds);
      long start = System.nanoTime();
      disturbance(trial, cluster).run();
      recoveredMs = (System.nanoTime() - start) / 1_000_000;
      await(traffic, trial.label() + ", whole again", settings.seconds);
      traffic.finish();
      requests = traffic.requests();
      failed = traffic.failedRequests();
      acknowledged = traffic.acknowledged();
    }
    say(trial.label() + ": settling");
    boolean equal = cluster.settle();
    Set<String> logged = logged(cluster.topic());
    StatusResponse status = cluster.leader().connection().status();
    long lost = acknowledged.stream().filter(id -> !logged.contains(id)).count();
    return new ClusterTrialResult(
        trial.label(),
        acknowledged.size(),
        lost,
        Math.abs(status.getFeedbackEventsLearned() - logged.size()),
        requests,
        failed,
        equal,
        recoveredMs);
  }

  private Disturbance disturbance(ClusterTrial trial, ClusterProcesses cluster) {
    return switch (trial) {
      case TRAINER_KILLED -> () -> killLeader(cluster);
      case SERVER_KILLED ->
          () -> {
            Member server = cluster.servers().getLast();
            server.process().kill();
            readyMs.add(server.process().start());
          };
      case TRAINER_PAUSED -> () -> pauseLeader(cluster);
      case TWO_TRAINERS -> () -> startTogether(cluster);
      case SERVER_CUT_OFF ->
          () -> {
            Member server = cluster.servers().getLast();
            server.pause();
            Thread.sleep((long) (settings.seconds * 2_000));
            server.goOn();
            awaitFollowing(cluster, server);
          };
      case ROLLING_RESTART ->
          () -> {
            for (Member server : cluster.servers()) {
              server.process().stop();
              readyMs.add(server.process().start());
            }
          };
    };
  }

  private static long epoch(Member trainer) {
    return trainer.connection().status().getCluster().getEpoch();
  }

  private static void killLeader(ClusterProcesses cluster)
      throws IOException, InterruptedException {
    Member leader = cluster.leader();
    long epoch = epoch(leader);
    leader.process().kill();
    var _ = cluster.leader(epoch);
    leader.process().start("/readyz");
  }

  /** Who wakes up finds that it leads no more, and ends; it is started again to stand by. */
  private static void pauseLeader(ClusterProcesses cluster)
      throws IOException, InterruptedException {
    Member leader = cluster.leader();
    long epoch = epoch(leader);
    leader.pause();
    var _ = cluster.leader(epoch);
    leader.goOn();
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (leader.process().isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    if (leader.process().isAlive()) {
      throw new IOException(leader.name() + " goes on though another trainer leads");
    }
    leader.process().start("/readyz");
  }

  private static void startTogether(ClusterProcesses cluster)
      throws IOException, InterruptedException {
    long epoch = epoch(cluster.leader());
    for (Member trainer : cluster.trainers()) {
      trainer.process().kill();
    }
    List<Thread> starts = new ArrayList<>();
    for (Member trainer : cluster.trainers()) {
      starts.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  trainer.process().start("/readyz");
                } catch (IOException e) {
                  // One that lost the race may end: it is started again below.
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    for (Thread start : starts) {
      start.join();
    }
    var _ = cluster.leader(epoch);
    for (Member trainer : cluster.trainers()) {
      if (!trainer.process().isAlive()) {
        trainer.process().start("/readyz");
      }
    }
  }

  /** Until it has learned what the leader had when this began. */
  private static void awaitFollowing(ClusterProcesses cluster, Member server)
      throws IOException, InterruptedException {
    long offset = cluster.leader().connection().status().getLearnedLogOffset();
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    StatusResponse status = server.status();
    while (status == null || status.getLearnedLogOffset() < offset) {
      if (System.nanoTime() > end) {
        throw new IOException(server.name() + " does not catch up");
      }
      Thread.sleep(10);
      status = server.status();
    }
  }

  /** Ids of all events in the log. */
  private Set<String> logged(String topic) throws IOException {
    KafkaLogOptions d = KafkaLogOptions.defaults();
    KafkaLogOptions kafka =
        new KafkaLogOptions(
            settings.kafka,
            topic,
            d.topics(),
            d.maxInFlight(),
            d.timeout(),
            d.clientPropertiesFile());
    LogOptions options =
        LogOptions.defaults().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(kafka));
    Set<String> ids = new HashSet<>();
    Path reading = directory.resolve("reading-" + System.nanoTime());
    try (var log = LogFactory.SHARED.open(reading, options);
        LogTailer tailer = log.tailer(0)) {
      while (tailer.next()) {
        byte @Nullable [] id = LogRecords.eventId(tailer.bytes(), tailer.length());
        if (id != null) {
          ids.add(new String(id, StandardCharsets.UTF_8));
        }
      }
    }
    return ids;
  }

  private void await(ClusterTraffic traffic, String what, double seconds)
      throws InterruptedException {
    say(what + ", " + traffic.acknowledged().size() + " events acknowledged");
    Thread.sleep((long) (seconds * 1_000));
  }

  private void say(String what) {
    progress.redraw(List.of(what));
  }
}
