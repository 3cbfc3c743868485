package dev.dolmen.bench.train;

import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaInference;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import dev.dolmen.traffic.generator.LoadGenerator;
import dev.dolmen.traffic.generator.LoadOptions;
import dev.dolmen.traffic.generator.LoadResult;
import dev.dolmen.traffic.generator.VisibilityWatch;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.trainer.Engine;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.StatusResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One dataset through one server process. One thread, beside that of the requests. */
final class TrainRun {
  private static final double WARM_UP_SEC = 10;
  private static final int HEAP_MB = 2_048;
  private static final int WINDOW = 4_096;
  private static final int MESSAGE_EVENTS = 128;

  /** A message holds what came due in this time: a publisher of its own for each click has none. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final Duration STALLED = Duration.ofMinutes(2);

  private final Path folder;
  private final Path directory;
  private final double seconds;
  private final double rate;
  private final double eventsPerSecond;
  private final long seed;
  private final Terminal progress;

  /**
   * @param folder of the dataset
   * @param directory empty; everything is written there
   * @param seconds of each load
   * @param rate requests a second
   * @param eventsPerSecond of the first load; NaN for as many as the server takes
   */
  TrainRun(
      Path folder,
      Path directory,
      double seconds,
      double rate,
      double eventsPerSecond,
      long seed,
      Terminal progress) {
    this.eventsPerSecond = eventsPerSecond;
    this.folder = folder;
    this.directory = directory;
    this.seconds = seconds;
    this.rate = rate;
    this.seed = seed;
    this.progress = progress;
  }

  ThroughputFigures run() throws IOException, InterruptedException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    InteractionProfile profile = DatasetReading.profile(dataset, Long.MAX_VALUE, progress);
    Path config = writeConfig(dataset, profile);
    DolmenConfig settings = load(config);
    ThroughputFigures.Phase sustained;
    ThroughputFigures.Phase overload;
    double recovery;
    try (ServerProcess server =
        ServerProcess.serving(config, directory.resolve("server.log"), HEAP_MB)) {
      server.start();
      try (Connection connection = Connection.toLocal(server.port());
          Clicks clicks = new Clicks(dataset, profile, settings)) {
        try (DatasetItems items = new DatasetItems(dataset, profile, settings.schema())) {
          CatalogUpload.upload(connection, items, sent -> {});
        }
        phase(connection, clicks, "warming up", WARM_UP_SEC, Double.NaN);
        awaitLearned(connection);
        String first = ThroughputFigures.firstLoad(eventsPerSecond);
        sustained = phase(connection, clicks, first, seconds, eventsPerSecond);
        double twice = 2 * sustained.learnedPerSecond();
        overload = phase(connection, clicks, "twice as many", seconds, twice);
        recovery = awaitLearned(connection);
      }
      server.kill();
    }
    progress.redraw(List.of("learning the log again"));
    long start = System.nanoTime();
    try (Engine engine =
        Engine.open(settings.engine(), InstantSource.system(), new SimpleMeterRegistry())) {
      double replay = (System.nanoTime() - start) / 1e9;
      return new ThroughputFigures(
          dataset.name(),
          sustained,
          overload,
          recovery,
          engine.status().learning().events(),
          replay);
    }
  }

  /** The defaults, without snapshots, so that the whole log is learned again. */
  private Path writeConfig(RecBoleDataset dataset, InteractionProfile profile) throws IOException {
    String yaml =
        """
        data_directory: "%s"
        server:
          host: 127.0.0.1
          metrics_host: 127.0.0.1
        snapshots:
          interval: 0s
          on_close: false
        """
            .formatted(directory.resolve("data"));
    return Files.writeString(
        directory.resolve("dolmen.yaml"),
        yaml + SchemaYaml.write(SchemaInference.infer(dataset, profile)));
  }

  private static DolmenConfig load(Path config) throws IOException {
    try {
      return DolmenConfig.load(config, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The dataset's clicks, one after the other, from the beginning again when they end. */
  private static final class Clicks implements AutoCloseable {
    private final RecBoleDataset dataset;
    private final InteractionProfile profile;
    private final EventWriter writer;
    private Interactions interactions;
    private int round;

    Clicks(RecBoleDataset dataset, InteractionProfile profile, DolmenConfig settings) {
      this.dataset = dataset;
      this.profile = profile;
      writer = new EventWriter(dataset, profile.timeScale(), settings.schema(), profile.contexts());
      interactions = new Interactions(dataset, profile, writer.columns());
    }

    FeedbackEvent next() throws IOException {
      Interaction click = interactions.next();
      if (click == null) {
        interactions.close();
        interactions = new Interactions(dataset, profile, writer.columns());
        round++;
        click = interactions.next();
      }
      if (click == null) {
        throw new IOException(dataset.name() + ": no clicks");
      }
      FeedbackEvent event = writer.event(click);
      return round == 0
          ? event
          : event.toBuilder()
              .setEventId(round + "/" + event.getEventId())
              .setSessionId(round + "/" + event.getSessionId())
              .build();
    }

    @Override
    public void close() throws IOException {
      interactions.close();
    }
  }

  private ThroughputFigures.Phase phase(
      Connection connection, Clicks clicks, String what, double length, double offered)
      throws IOException, InterruptedException {
    LoadOptions options = new LoadOptions(rate, length, 0, 1, 1_000, 1_000, 10_000, 20, seed);
    LoadGenerator generator = new LoadGenerator(connection, options);
    long before = connection.status().getFeedbackEventsLearned();
    long start = System.nanoTime();
    LoadResult requests;
    StatusResponse after;
    double took;
    VisibilityWatch watch = new VisibilityWatch(connection, clicks.next().getItemId());
    try (watch;
        ExecutorService beside = Executors.newSingleThreadExecutor()) {
      Callable<LoadResult> load = () -> generator.run(ms -> {});
      Future<LoadResult> running = beside.submit(load);
      publish(connection, clicks, what, new Pace(start, length, offered), watch);
      after = connection.status();
      took = (System.nanoTime() - start) / 1e9;
      requests = running.get();
    } catch (ExecutionException e) {
      throw new IOException("requests: " + e.getCause(), e);
    }
    return new ThroughputFigures.Phase(
        took,
        offered,
        after.getFeedbackEventsLearned() - before,
        requests.recommend(),
        watch.latencies().total(),
        watch.notFollowed());
  }

  /**
   * When clicks are sent.
   *
   * @param start as {@link System#nanoTime}
   * @param length seconds
   * @param offered clicks a second; NaN for as fast as the server takes them
   */
  private record Pace(long start, double length, double offered) {
    long end() {
      return start + (long) (length * 1e9);
    }
  }

  /** Clicks as fast as the server takes them, or at a rate and then as fast as it lets. */
  private void publish(
      Connection connection, Clicks clicks, String what, Pace pace, VisibilityWatch watch)
      throws IOException, InterruptedException {
    long end = pace.end();
    ArrivalSchedule schedule =
        Double.isNaN(pace.offered) ? null : new ArrivalSchedule(pace.start, pace.offered, seed);
    try (FeedbackStream stream =
        new FeedbackStream(
            connection.feedback(), WINDOW, MESSAGE_EVENTS, (ack, at) -> watch.acknowledged(ack))) {
      long sent = 0;
      while (System.nanoTime() < end) {
        if (schedule != null) {
          long at = schedule.nextNanos();
          if (at > System.nanoTime()) {
            stream.flush();
            ArrivalSchedule.await(Math.max(at, System.nanoTime() + GATHER_NANOS));
          }
        }
        stream.send(clicks.next(), System.nanoTime());
        if ((++sent & 0xfff) == 0) {
          progress.redraw(
              List.of(
                  String.format(
                      Locale.ROOT,
                      "%s, %s: %,d clicks, %.0f s left",
                      folder.getFileName(),
                      what,
                      sent,
                      Math.max(0, (end - System.nanoTime()) / 1e9))));
        }
      }
      stream.drain();
    }
  }

  private static double awaitLearned(Connection connection)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    connection.awaitLearned(STALLED);
    return (System.nanoTime() - start) / 1e9;
  }
}
