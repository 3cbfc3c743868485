package dev.dolmen.traffic.drill.callers;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.attack.AttackRun;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ProcessMemory;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Plays trials, each on a server process of its own that has a catalog and has learned a little, so
 * that none inherits what another left. One thread.
 */
final class CallersDrill {
  private static final int EVENTS_BEFORE = 2_000;
  private static final Duration STALLED = Duration.ofSeconds(60);

  /** For the good client to be answered before an attack, and after one. */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  private static final int LOOK_MS = 200;

  private final CallersOptions options;
  private final Path directory;
  private final Terminal progress;

  /**
   * @param directory empty; logs of servers stay there
   */
  CallersDrill(CallersOptions options, Path directory, Terminal progress) {
    this.options = options;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Plays some trials.
   *
   * @throws IOException if a server does not serve before it is attacked
   */
  CallersReport run(List<CallersTrial> trials) throws IOException, InterruptedException {
    List<TrialResult> results = new ArrayList<>();
    for (CallersTrial trial : trials) {
      String place = (results.size() + 1) + " of " + trials.size() + ": " + trial.name();
      results.add(play(trial, place));
      if (!progress.interactive()) {
        progress.line(place + ": " + results.getLast().line());
      }
    }
    progress.clear();
    return new CallersReport(options, List.copyOf(results));
  }

  private TrialResult play(CallersTrial trial, String place)
      throws IOException, InterruptedException {
    Path own = Files.createDirectories(directory.resolve(trial.name()));
    Path data = own.resolve("data");
    Path log = own.resolve("server.log");
    Entrance entrance = Entrance.make(trial.entrance(), own);
    show(place, "a server starts");
    try (ServerProcess server =
        ServerProcess.serving(
            config(trial, entrance, own, data), log, options.heapMb(), options.program())) {
      try {
        server.start();
      } catch (IOException e) {
        return TrialResult.notStarted(trial.name(), e.getMessage());
      }
      Connection connection = Connection.toLocal(server.port(), entrance.good());
      try (GoodClient good = goodClient(connection, server)) {
        if (!good.awaitAnswers(SETTLED)) {
          throw new IOException(
              trial.name() + ": the good client is not answered before the attack; see " + log);
        }
        return attack(trial, place, server, entrance, good);
      }
    } finally {
      DirectoryTree.delete(data);
    }
  }

  private GoodClient goodClient(Connection connection, ServerProcess server)
      throws IOException, InterruptedException {
    return new GoodClient(
        connection,
        server.metricsPort(),
        prepare(connection),
        options.rate(),
        options.deadline(),
        options.seed());
  }

  private static Path config(CallersTrial trial, Entrance entrance, Path own, Path data)
      throws IOException {
    String yaml =
        """
        data_directory: "%s"
        server:
          host: 127.0.0.1
          metrics_host: 127.0.0.1
          warm_up: 2s
        %ssnapshots:
          on_close: false
        %s\
        """
            .formatted(data, entrance.server() + trial.server(), trial.sections());
    return Files.writeString(
        own.resolve("dolmen.yaml"), yaml + SchemaYaml.write(ShopEvents.schema()));
  }

  /** The shop's catalog, and clicks that are learned before anything begins. */
  private ShopEvents prepare(Connection connection) throws IOException, InterruptedException {
    ShopEvents shop = new ShopEvents("callers", options.seed());
    var _ = CatalogUpload.upload(connection, shop.items());
    List<FeedbackEvent> events = new ArrayList<>();
    for (int i = 0; i < EVENTS_BEFORE; i++) {
      events.add(shop.next());
    }
    var _ =
        connection
            .feedbackBlocking()
            .publishBatch(PublishRequest.newBuilder().addAllEvents(events).build());
    connection.awaitLearned(STALLED);
    return shop;
  }

  private TrialResult attack(
      CallersTrial trial, String place, ServerProcess server, Entrance entrance, GoodClient good)
      throws IOException, InterruptedException {
    boolean _ = ProcessMemory.forgetPeak(server.pid());
    GoodFigures figures;
    long peakBytes = 0;
    List<String> faults = new ArrayList<>();
    AttackRun run = new AttackRun(server.port(), server.metricsPort(), entrance.attacker());
    try (run) {
      good.begin();
      trial.attack().start(run);
      long start = System.nanoTime();
      double left = options.seconds();
      while (left > 0) {
        peakBytes = Math.max(peakBytes, ProcessMemory.peakRssBytes(server.pid()).orElse(0));
        show(place, String.format(Locale.ROOT, "%s, %.0f s left", trial.about(), left));
        Thread.sleep(Math.clamp((long) (left * 1_000), 1, LOOK_MS));
        left = options.seconds() - (System.nanoTime() - start) / 1e9;
      }
      figures = good.end();
    }
    faults.addAll(run.faults());
    show(place, "the good client goes on without the attack");
    if (server.isAlive() && !good.awaitAnswers(SETTLED)) {
      faults.add("the good client is not answered " + SETTLED.toSeconds() + " s after the attack");
    }
    OptionalInt exitCode = server.exitValue();
    return new TrialResult(
        trial.name(),
        figures.calls().share(),
        figures.events().share(),
        figures.probes().share(),
        figures.calls().p99Ms(),
        Math.max(peakBytes, ProcessMemory.peakRssBytes(server.pid()).orElse(0)),
        run.sent(),
        run.refused(),
        exitCode,
        List.copyOf(faults));
  }

  private void show(String place, String what) {
    progress.redraw(List.of(place, what));
  }
}
