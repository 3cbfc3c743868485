package dev.dolmen.bench.serve;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ProcessMemory;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.catalog.CatalogOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Servers of one size of shop, one after the other: one that scans exactly, to compare answers
 * with, the one that is measured, and the peers. One thread.
 */
final class ServeRun {
  private static final double SETTLE_SEC = 1;
  private static final double PRECISION = 1.08;
  private static final int STEPS_MAX = 24;
  private static final double FIRST_RATE = 250;

  /** Of the first answers, and of as many later on. */
  private static final double FIRST_SECONDS = 1_000 / FIRST_RATE;

  /** Rates before the first that counts; what is measured is a server that has compiled all. */
  private static final double[] WARM_UP = {125, 500, 1_500};

  /** Shares of the sustainable rate. */
  private static final double[] CURVE = {0.7, 1, 1.5, 2, 4};

  private static final double LEARNING_FIRST = 0.6;

  private final int items;
  private final ServeOptions options;
  private final LargeShop shop;
  private final ShopData data;
  private final Path directory;
  private final Terminal progress;
  private final List<ServeFigures.Row> rows = new ArrayList<>();

  /**
   * @param directory empty; everything but the learned shop is written there
   */
  ServeRun(int items, ServeOptions options, Path directory, Terminal progress) {
    this.items = items;
    this.options = options;
    this.directory = directory;
    this.progress = progress;
    shop = new LargeShop(items, options.seed());
    data = new ShopData(shop, options.seed(), options.kept(), progress);
  }

  ServeFigures run() throws IOException, InterruptedException {
    Path learned = data.learned();
    AnswerSample exact = exactAnswers(learned);
    ServeFigures figures = measured(learned, exact);
    for (RankerKind peer : options.peers()) {
      peer(learned, peer);
    }
    return figures;
  }

  /** What {@link #started} gives to who measures. */
  @FunctionalInterface
  private interface Measuring<T> {
    T on(ServerProcess server, double readySeconds) throws IOException, InterruptedException;
  }

  private <T> T started(
      Path learned, String name, List<String> catalog, String sections, Measuring<T> measuring)
      throws IOException, InterruptedException {
    say("starting the server: " + name);
    Path home = Files.createDirectory(directory.resolve(name));
    try {
      Path copy = home.resolve("data");
      ShopData.copy(learned, copy);
      Path config =
          Files.writeString(home.resolve("dolmen.yaml"), data.yaml(copy, catalog, sections));
      try (ServerProcess server =
          ServerProcess.serving(
              config, directory.resolve(name + ".log"), options.heapMbFor(items))) {
        server.begin();
        long readyMs = server.awaitReady(ServerProcess.TAKES_FEEDBACK, readyWithin());
        return measuring.on(server, readyMs / 1e3);
      }
    } finally {
      DirectoryTree.delete(home);
    }
  }

  /** A busy machine reads some 20,000 items a second. */
  private Duration readyWithin() {
    return ServerProcess.READY_WITHIN.plusSeconds(items / 20_000);
  }

  private AnswerSample exactAnswers(Path learned) throws IOException, InterruptedException {
    return started(
        learned,
        "exact",
        List.of("scan: fp32", "index: exact"),
        "",
        (server, ready) -> sample(server));
  }

  private AnswerSample sample(ServerProcess server) {
    try (Connection connection = Connection.toLocal(server.port())) {
      return AnswerSample.of(connection, shop, options.seed());
    }
  }

  private ServeFigures measured(Path shopData, AnswerSample exact)
      throws IOException, InterruptedException {
    return started(
        shopData,
        "dolmen",
        ServeOptions.catalog(options.scan()),
        "",
        (server, ready) -> {
          try (LoadClient load = load(server, "dolmen")) {
            LoadFigures first = thousand(load, "first");
            AnswerSample sample = sample(server);
            warmUp(load);
            LoadFigures sustainable = search(load, "rate", RankerKind.DOLMEN, FIRST_RATE, 0);
            curve(load, sustainable);
            LoadFigures later = thousand(load, "later");
            LoadFigures learning = whileLearning(load, sustainable);
            ServeFigures.Learned learned = allClicks(load, server);
            OptionalLong resident = ProcessMemory.rssBytes(server.pid());
            return new ServeFigures(
                items,
                rows,
                sustainable,
                learning,
                new ServeFigures.Start(ready, first.p99Ms(), later.p99Ms()),
                resident.orElse(0),
                memory(server),
                sample.all().recallOf(exact.all()),
                learned,
                ServeFigures.filters(shop, sample, exact));
          }
        });
  }

  private LoadClient load(ServerProcess server, String name)
      throws IOException, InterruptedException {
    return new LoadClient(
        server.port(), shop, options.seed(), directory.resolve(name + "-load.log"));
  }

  private void warmUp(LoadClient load) throws IOException, InterruptedException {
    say(String.format(Locale.ROOT, "warming up, %.0f s", options.warmUpSeconds()));
    for (double rate : WARM_UP) {
      load.run(new LoadStep(rate, 0, options.warmUpSeconds() / WARM_UP.length, 0));
    }
  }

  private @Nullable LoadFigures search(
      LoadClient load, String what, RankerKind ranker, double first, double clicks)
      throws IOException, InterruptedException {
    RateSearch search = new RateSearch(options.p99MsMax(), PRECISION, STEPS_MAX, options.rateMax());
    return search.highest(first, rate -> step(load, what, ranker, rate, clicks));
  }

  private LoadFigures step(
      LoadClient load, String what, RankerKind ranker, double rate, double clicks)
      throws IOException, InterruptedException {
    LoadFigures figures = load.run(new LoadStep(rate, SETTLE_SEC, options.seconds(), clicks));
    rows.add(new ServeFigures.Row(what, scan(), ranker.label(), figures));
    say(
        String.format(
            Locale.ROOT,
            "%s, %s: offered %,.0f/s, answered %,.0f/s, p50 %.1f, p99 %.1f ms, %d refused",
            what,
            ranker.label(),
            rate,
            figures.answeredPerSecond(),
            figures.p50Ms(),
            figures.p99Ms(),
            figures.refused()));
    return figures;
  }

  /** What is answered of more than can be. */
  private void curve(LoadClient load, @Nullable LoadFigures sustainable)
      throws IOException, InterruptedException {
    if (!options.curve() || sustainable == null) {
      return;
    }
    for (double share : CURVE) {
      step(load, "admission", RankerKind.DOLMEN, share * sustainable.rate(), 0);
    }
  }

  private @Nullable LoadFigures whileLearning(LoadClient load, @Nullable LoadFigures sustainable)
      throws IOException, InterruptedException {
    if (options.clicks() == 0 || sustainable == null) {
      return null;
    }
    double first = Math.max(RateSearch.RATE_MIN, LEARNING_FIRST * sustainable.rate());
    return search(load, "learning", RankerKind.DOLMEN, first, options.clicks());
  }

  /** A thousand requests at a rate that any machine answers. */
  private LoadFigures thousand(LoadClient load, String what)
      throws IOException, InterruptedException {
    LoadFigures figures = load.run(new LoadStep(FIRST_RATE, 0, FIRST_SECONDS, 0));
    rows.add(new ServeFigures.Row(what, scan(), RankerKind.DOLMEN.label(), figures));
    return figures;
  }

  /** As many clicks as are taken, at first by themselves, then while snapshots are taken. */
  private ServeFigures.Learned allClicks(LoadClient load, ServerProcess server)
      throws IOException, InterruptedException {
    if (options.clicks() == 0) {
      return ServeFigures.Learned.NOT_MEASURED;
    }
    say("publishing as many clicks as are taken");
    LoadStep step = new LoadStep(0, 0, 2 * options.seconds(), LoadStep.ALL);
    double clicks = load.run(step).clicksLearnedPerSecond();
    say("publishing as many clicks as are taken, and taking snapshots");
    try (SnapshotPauses pauses = new SnapshotPauses(server.port())) {
      var _ = load.run(step);
      return new ServeFigures.Learned(clicks, pauses.longestMs());
    }
  }

  private static Map<String, Long> memory(ServerProcess server) {
    try (Connection connection = Connection.toLocal(server.port())) {
      return connection.status().getMemoryBytesMap();
    }
  }

  /**
   * A baseline in the model's place: as its fallback until it has learned more than it ever will.
   */
  private void peer(Path learned, RankerKind peer) throws IOException, InterruptedException {
    String sections =
        """
        ranking:
          fallback:
            ranker: %s
            learned_events: 1000000000000
        """
            .formatted(peer.label());
    started(
        learned,
        peer.label(),
        List.of(),
        sections,
        (server, ready) -> {
          try (LoadClient load = load(server, peer.label())) {
            warmUp(load);
            return search(load, "rate", peer, FIRST_RATE, 0) == null;
          }
        });
  }

  private String scan() {
    ScanPrecision scan = options.scan() == null ? CatalogOptions.defaults().scan() : options.scan();
    return scan.name().toLowerCase(Locale.ROOT);
  }

  private void say(String what) {
    progress.line(String.format(Locale.ROOT, "%,d items: %s", items, what));
  }
}
