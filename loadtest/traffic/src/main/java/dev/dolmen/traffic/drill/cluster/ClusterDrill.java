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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One trial after another on the same cluster, which has to be whole again after each. */
final class ClusterDrill {
  static final long SHOP_SEED = 1;
  private static final int TRAINERS = 2;
  private static final double VISIBLE_CLICKS_PER_SECOND = 10;

  /** Of a trial's cluster, which begins from snapshots; one that is measured has the defaults. */
  private static final int SNAPSHOTS_SECONDS = 10;

  private final Settings settings;
  private final Path directory;
  private final Terminal progress;
  private final ShopEvents shop = new ShopEvents("shop", SHOP_SEED);
  private final List<ClusterTrialResult> results = new ArrayList<>();
  private final List<SteadyFigures> figures = new ArrayList<>();
  private final RecoveryTimes times = new RecoveryTimes(new ArrayList<>(), new ArrayList<>());

  /** Everything that was acknowledged by the cluster of now. */
  private final Set<String> acknowledged = new HashSet<>();

  private int loads;

  /**
   * What is asked.
   *
   * @param kafka bootstrap servers of a cluster that is there; empty for one of the drill's own
   * @param servers at least 2
   * @param seconds of load before and after what goes wrong
   * @param warmUpSeconds of load before figures are taken
   * @param steadySeconds of load with nothing wrong; 0 to leave its figures out
   * @param awaySeconds for how long what is paused, cut off or dead is so
   * @param rates of load, events a second: trials are played at the first, figures are of each
   * @param formats of syncs: trials are played with the first, figures are of each
   * @param earlier jars of the version that the cluster begins with; null for this one
   */
  record Settings(
      String kafka,
      int servers,
      double seconds,
      double warmUpSeconds,
      double steadySeconds,
      double awaySeconds,
      List<Double> rates,
      List<String> formats,
      List<ClusterTrial> trials,
      @Nullable Path earlier) {}

  ClusterDrill(Settings settings, Path directory, Terminal progress) {
    this.settings = settings;
    this.directory = directory;
    this.progress = progress;
  }

  ClusterResult run() throws IOException, InterruptedException {
    if (!settings.kafka.isEmpty()) {
      runOn(
          new ClusterProcesses.Kafka(settings.kafka, settings.kafka, 0),
          null,
          directory,
          settings.formats,
          settings.trials);
    } else {
      List<ClusterTrial> small =
          settings.trials.stream().filter(ClusterTrial::needsSmallDisks).toList();
      List<ClusterTrial> others =
          settings.trials.stream().filter(trial -> !trial.needsSmallDisks()).toList();
      if (!others.isEmpty() || small.isEmpty()) {
        runOnOwn(directory, false, settings.formats, others);
      }
      // What the other trials write would fill such disks before their time.
      if (!small.isEmpty()) {
        List<String> formats = others.isEmpty() ? settings.formats : settings.formats.subList(0, 1);
        runOnOwn(directory.resolve("small-disks"), true, formats, small);
      }
    }
    return new ClusterResult(
        List.copyOf(results),
        List.copyOf(figures),
        List.copyOf(times.readyMs()),
        List.copyOf(times.failoverMs()));
  }

  private void runOnOwn(
      Path within, boolean smallDisks, List<String> formats, List<ClusterTrial> trials)
      throws IOException, InterruptedException {
    say("starting " + KafkaBrokers.BROKERS + " brokers");
    try (KafkaBrokers brokers = new KafkaBrokers(within.resolve("kafka"), smallDisks)) {
      brokers.start();
      runOn(
          new ClusterProcesses.Kafka(
              brokers.bootstrapServers(), brokers.bootstrapThroughNetwork(), KafkaBrokers.BROKERS),
          brokers,
          within,
          formats,
          trials);
    }
  }

  private void runOn(
      ClusterProcesses.Kafka kafka,
      @Nullable KafkaBrokers brokers,
      Path within,
      List<String> formats,
      List<ClusterTrial> trials)
      throws IOException, InterruptedException {
    try (KafkaAdmin admin = new KafkaAdmin(kafka.bootstrapServers())) {
      if (brokers != null) {
        var _ = admin.awaitWhole(KafkaBrokers.BROKERS);
      }
      boolean needsStore = trials.stream().anyMatch(ClusterTrial::needsStore);
      try (ObjectStoreServer store = needsStore ? startStore(within) : null) {
        List<ClusterTrial> left = trials;
        for (String format : formats) {
          run(kafka, brokers, store, admin, within.resolve(format), format, left);
          left = List.of();
        }
      }
    }
  }

  private ObjectStoreServer startStore(Path within) throws IOException, InterruptedException {
    say("starting the store of snapshots");
    ObjectStoreServer store = new ObjectStoreServer(within.resolve("store"));
    boolean started = false;
    try {
      store.start();
      started = true;
      return store;
    } finally {
      if (!started) {
        store.close();
      }
    }
  }

  private void run(
      ClusterProcesses.Kafka kafka,
      @Nullable KafkaBrokers brokers,
      @Nullable ObjectStoreServer store,
      KafkaAdmin admin,
      Path members,
      String format,
      List<ClusterTrial> trials)
      throws IOException, InterruptedException {
    String topic = "dolmen-drill-" + System.currentTimeMillis();
    acknowledged.clear();
    try (ClusterProcesses cluster =
        new ClusterProcesses(
            members,
            kafka,
            new MemberConfig(
                topic,
                kafka.replicas(),
                format,
                settings.trials.isEmpty() ? null : SNAPSHOTS_SECONDS,
                store),
            settings.earlier)) {
      try {
        start(cluster);
        for (double rate : ratesToMeasure(format)) {
          figures.add(steady(cluster, format, rate));
          progress.clear();
          progress.text(figures.getLast().text());
          say("what waits is learned");
          var _ = cluster.settle();
        }
        Disturbances disturbances =
            new Disturbances(cluster, brokers, store, admin, settings.awaySeconds, times);
        for (ClusterTrial trial : trials) {
          results.add(playOrFail(trial, cluster, kafka, disturbances));
          progress.clear();
          progress.line(results.getLast().text());
        }
      } catch (IOException | RuntimeException e) {
        progress.clear();
        throw new IOException(e.getMessage() + "\n" + cluster.said(), e);
      }
    }
  }

  /** Each format once, on whichever brokers it comes first. */
  private List<Double> ratesToMeasure(String format) {
    boolean measured = figures.stream().anyMatch(figure -> figure.format().equals(format));
    return settings.steadySeconds > 0 && !measured ? settings.rates : List.of();
  }

  private void start(ClusterProcesses cluster) throws IOException, InterruptedException {
    say("starting " + TRAINERS + " trainers and " + settings.servers + " servers");
    for (int i = 0; i < TRAINERS; i++) {
      cluster.startTrainer();
    }
    var _ = cluster.leader();
    for (int i = 1; i <= settings.servers; i++) {
      times.readyMs().add(cluster.startServer(i == settings.servers));
    }
    CatalogUpload.upload(cluster.servers().getFirst().connection(), shop.items());
  }

  private ClusterTraffic traffic(ClusterProcesses cluster, double eventsPerSecond) {
    String name = "load-" + System.currentTimeMillis() + "-" + loads++;
    return new ClusterTraffic(name, cluster.servers(), eventsPerSecond);
  }

  /** Load with nothing wrong: how fast clicks show, and what following costs. */
  private SteadyFigures steady(ClusterProcesses cluster, String format, double eventsPerSecond)
      throws IOException, InterruptedException {
    Visibility visibility = new Visibility();
    Member server = cluster.servers().getLast();
    ShopEvents single = new ShopEvents("single-" + System.currentTimeMillis(), SHOP_SEED);
    String what = String.format(Locale.ROOT, "steady, %s, %.0f events/s", format, eventsPerSecond);
    try (ClusterTraffic traffic = traffic(cluster, eventsPerSecond)) {
      await(traffic, what + ", warming up", settings.warmUpSeconds);
      ClusterStatus before = server.connection().status().getCluster();
      long start = System.nanoTime();
      int eventsBefore = traffic.acknowledged().size();
      say(what + ", measuring");
      visibility.measure(
          single,
          cluster.servers().getFirst(),
          server,
          (int) Math.max(1, settings.steadySeconds * VISIBLE_CLICKS_PER_SECOND),
          VISIBLE_CLICKS_PER_SECOND);
      ClusterStatus after = server.connection().status().getCluster();
      double seconds = (System.nanoTime() - start) / 1e9;
      double rate = (traffic.acknowledged().size() - eventsBefore) / seconds;
      long stalenessMs = cluster.stalenessMs();
      traffic.finish();
      acknowledged.addAll(traffic.acknowledged());
      long bases = after.getBaseBytes() - before.getBaseBytes();
      return new SteadyFigures(
          format,
          rate,
          visibility.ownMs(50),
          visibility.ownMs(99),
          visibility.learnedMs(50),
          visibility.learnedMs(99),
          (after.getSyncBytes() - before.getSyncBytes() - bases) / seconds,
          (after.getApplyCpuMs() - before.getApplyCpuMs()) / 1e3 / seconds,
          stalenessMs);
    }
  }

  /** A trial that does not come to its end has failed, and the next is tried all the same. */
  private ClusterTrialResult playOrFail(
      ClusterTrial trial,
      ClusterProcesses cluster,
      ClusterProcesses.Kafka kafka,
      Disturbances disturbances)
      throws IOException, InterruptedException {
    try {
      return play(trial, cluster, kafka, disturbances);
    } catch (IOException | RuntimeException e) {
      disturbances.repair();
      return ClusterTrialResult.ended(trial.label(), e + "\n" + cluster.said());
    }
  }

  private ClusterTrialResult play(
      ClusterTrial trial,
      ClusterProcesses cluster,
      ClusterProcesses.Kafka kafka,
      Disturbances disturbances)
      throws IOException, InterruptedException {
    int endedAlone = cluster.endedAlone();
    try (ClusterTraffic traffic = traffic(cluster, settings.rates.getFirst())) {
      await(traffic, trial.label(), settings.seconds);
      say(trial.label() + ": now it goes wrong");
      long recoveredMs = disturbances.play(trial, () -> traffic.acknowledged().size());
      await(traffic, trial.label() + ", whole again", settings.seconds);
      long stalenessMs = cluster.stalenessMs();
      traffic.finish();
      acknowledged.addAll(traffic.acknowledged());
      say(trial.label() + ": settling");
      long start = System.nanoTime();
      String different = cluster.settle();
      long settledMs = (System.nanoTime() - start) / 1_000_000;
      if (traffic.failedRequests() > 0) {
        progress.clear();
        progress.line(trial.label() + ", requests that failed: " + traffic.lastAnswers());
      }
      Set<String> logged = logged(kafka, cluster.topic());
      StatusResponse status = cluster.leader().connection().status();
      return new ClusterTrialResult(
          trial.label(),
          traffic.acknowledged().size(),
          acknowledged.stream().filter(id -> !logged.contains(id)).count(),
          Math.abs(status.getFeedbackEventsLearned() - logged.size()),
          traffic.requests(),
          traffic.failedRequests(),
          different,
          recoveredMs,
          settledMs,
          stalenessMs,
          cluster.endedAlone() - endedAlone);
    }
  }

  /** Ids of all events in the log. */
  private Set<String> logged(ClusterProcesses.Kafka at, String topic) throws IOException {
    KafkaLogOptions d = KafkaLogOptions.defaults();
    KafkaLogOptions kafka =
        new KafkaLogOptions(
            at.bootstrapServers(),
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
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      say(
          String.format(
              Locale.ROOT, "%s, %,d events acknowledged", what, traffic.acknowledged().size()));
      Thread.sleep(Math.clamp((end - System.nanoTime()) / 1_000_000, 1, 500));
    }
  }

  private void say(String what) {
    progress.redraw(List.of(what));
  }
}
