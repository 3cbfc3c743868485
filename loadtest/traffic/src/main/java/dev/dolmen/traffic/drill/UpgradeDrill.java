package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.Stall;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One directory under one server process after another: each is ended in the midst of clicks, some
 * seconds behind its snapshot, and the next one goes on with the directory, of another version or
 * with another configuration. One thread.
 */
final class UpgradeDrill {
  private static final int HEAP_MB = 512;

  /** Heap for each item that nobody visits, in KiB: a third of it may hold the catalog. */
  private static final double HEAP_KB_PER_ITEM = 3;

  private static final int RECOMMENDED = 10;
  private static final Duration STALLED = Duration.ofSeconds(60);
  private static final double LOOK_SEC = 0.05;
  private static final int LOOK_ITEMS = 5_000;

  /** Of the first learning, so long are clicks sent before, and after, each turn. */
  private static final double TURN_SHARE = 0.2;

  private final double seconds;
  private final double rate;
  private final long seed;
  private final int unvisited;
  private final Path data;
  private final Path config;
  private final Path log;
  private final @Nullable Path earlier;
  private final Terminal progress;
  private final ShopEvents events;
  private final Set<String> acknowledged = new HashSet<>();
  private int begun;
  private UpgradeShape shape = UpgradeShape.first();

  /**
   * What is to be done.
   *
   * @param seconds of clicks before the first turn
   * @param rate clicks a second
   * @param unvisited items besides, which nobody clicks
   * @param earlier jars of the version that writes the directory; null for this one
   * @param directory empty; everything is written there
   */
  UpgradeDrill(
      double seconds,
      double rate,
      long seed,
      int unvisited,
      @Nullable Path earlier,
      Path directory,
      Terminal progress) {
    this.seconds = seconds;
    this.rate = rate;
    this.seed = seed;
    this.unvisited = unvisited;
    this.earlier = earlier;
    this.progress = progress;
    data = directory.resolve("data");
    config = directory.resolve("upgrade.yaml");
    log = directory.resolve("server.log");
    events = new ShopEvents("upgrade", seed);
  }

  /**
   * Takes the turns one after another; the first after which the server does not go on is the last.
   *
   * @throws IOException if the directory could not be made
   */
  UpgradeReport run(List<UpgradeTurn> turns) throws IOException, InterruptedException {
    List<UpgradeRow> rows = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.serving(shape.write(config, data), log, heapMb(), earlier)) {
      var _ = server.start();
      learn(server);
      for (UpgradeTurn turn : turns) {
        UpgradeRow row = take(turn, server);
        rows.add(row);
        if (row.to().isEmpty()) {
          break;
        }
      }
      server.kill();
    } finally {
      progress.clear();
    }
    Map<String, Integer> logged = LearnedState.logged(data.resolve("log")).times();
    long missing = acknowledged.stream().filter(id -> !logged.containsKey(id)).count();
    long repeated = logged.values().stream().mapToLong(times -> times - 1).sum();
    return new UpgradeReport(List.copyOf(rows), missing, repeated);
  }

  private int heapMb() {
    return HEAP_MB + (int) (unvisited * HEAP_KB_PER_ITEM / 1_024);
  }

  private void learn(ServerProcess server) throws IOException, InterruptedException {
    List<Item> shop = events.items();
    try (Connection connection = Connection.toLocal(server.port())) {
      CatalogUpload.upload(connection, shop);
      CatalogUpload upload = new CatalogUpload(connection);
      for (int i = 0; i < unvisited; i++) {
        Item like = shop.get(i % shop.size());
        upload.add(like.toBuilder().setItemId("unvisited-" + i).build());
        if (i % LOOK_ITEMS == 0) {
          progress.redraw(
              List.of(String.format(Locale.ROOT, "upgrade: %,d of %,d items", i, unvisited)));
        }
      }
      upload.finish();
    }
    try (DrillTraffic traffic = traffic(server, seed)) {
      traffic.await(progress, "upgrade: learning", seconds);
      finish(traffic, server);
    }
  }

  private DrillTraffic traffic(ServerProcess server, long seed) {
    return new DrillTraffic(events, DrillKind.CRASH, server.port(), seed, rate);
  }

  private void finish(DrillTraffic traffic, ServerProcess server)
      throws IOException, InterruptedException {
    traffic.finish();
    acknowledged.addAll(traffic.acknowledged());
    Drill.awaitLearned(server.port());
  }

  private UpgradeRow take(UpgradeTurn turn, ServerProcess server) throws InterruptedException {
    String from = "";
    try (DrillTraffic traffic = begin(server)) {
      ValidationTotals start = validated(server);
      send(traffic, turn.label() + ": before");
      StatusResponse end = status(server);
      from = end.getVersion();
      int streams = traffic.streams();
      end(turn, server);
      shape = shape.after(turn, end);
      MigratedPart.Forecast forecast =
          MigratedPart.forecast(DrillConfig.load(shape.write(config, data)), data);
      long logBytes = Files.size(log);
      long readyMs = server.start();
      String unsaid = unsaid(forecast, logBytes);
      var _ = traffic.awaitAcknowledgement(streams);
      ValidationTotals ready = validated(server);
      if (turn == UpgradeTurn.SLOT_ADDED) {
        uploadAdded(server);
      }
      send(traffic, turn.label() + ": after");
      finish(traffic, server);
      StatusResponse status = status(server);
      return new UpgradeRow(
          turn,
          from,
          status.getVersion(),
          readyMs,
          acknowledged.size(),
          status.getFeedbackEventsLearned(),
          ValidationTotals.of(end.getValidationTotal()).minus(start),
          ValidationTotals.of(status.getValidationTotal()).minus(ready),
          forecast.parts(),
          problem(
              turn.unexpected(forecast.parts()),
              unsaid,
              itemsProblem(status),
              rowsProblem(turn, status),
              asked(server)));
    } catch (IOException | StatusRuntimeException e) {
      return UpgradeRow.broken(turn, from, acknowledged.size(), String.valueOf(e.getMessage()));
    }
  }

  /** For a turn's time, and until half of what it should bring is acknowledged. */
  private void send(DrillTraffic traffic, String what) throws IOException, InterruptedException {
    double pause = seconds * TURN_SHARE;
    int enough = traffic.acknowledgedCount() + (int) (rate * pause / 2) + 1;
    traffic.await(progress, what, pause);
    Stall stall = new Stall(STALLED);
    while (traffic.acknowledgedCount() < enough) {
      stall.check(traffic.acknowledgedCount(), what + ": no event is acknowledged");
      traffic.await(progress, what, LOOK_SEC);
    }
  }

  /** Clicks that come from here on are behind the newest snapshot. */
  private DrillTraffic begin(ServerProcess server) {
    try (Connection connection = Connection.toLocal(server.port())) {
      connection.createSnapshot();
    }
    return traffic(server, seed + ++begun);
  }

  private static void end(UpgradeTurn turn, ServerProcess server) throws InterruptedException {
    if (turn == UpgradeTurn.KILL) {
      server.kill();
    } else {
      server.stop();
    }
    if (turn == UpgradeTurn.VERSION) {
      server.runsThisProgram();
    }
  }

  private void uploadAdded(ServerProcess server) throws IOException, InterruptedException {
    try (Connection connection = Connection.toLocal(server.port())) {
      CatalogUpload.upload(connection, UpgradeShape.withAdded(events.items()));
    }
  }

  private static StatusResponse status(ServerProcess server) {
    try (Connection connection = Connection.toLocal(server.port())) {
      return connection.status();
    }
  }

  private static ValidationTotals validated(ServerProcess server) {
    return ValidationTotals.of(status(server).getValidationTotal());
  }

  /** What was foreseen and the start did not log; empty if it did. */
  private String unsaid(MigratedPart.Forecast forecast, long logBytes) throws IOException {
    byte[] all = Files.readAllBytes(log);
    String said =
        new String(all, (int) logBytes, all.length - (int) logBytes, StandardCharsets.UTF_8);
    return forecast.lines().stream()
        .filter(line -> !said.contains(line))
        .findFirst()
        .map(line -> "the start did not log what was foreseen: " + line)
        .orElse("");
  }

  private String itemsProblem(StatusResponse status) {
    long expected = events.items().size() + (long) unvisited;
    long found = status.getCatalogItems();
    return found == expected ? "" : found + " items in the catalog, expected " + expected;
  }

  /** What is wrong with the rows of the slot that was changed; empty if nothing is. */
  private String rowsProblem(UpgradeTurn turn, StatusResponse status) {
    long added = UpgradeShape.rows(status, UpgradeShape.ADDED);
    if (turn == UpgradeTurn.SLOT_ADDED && added == 0) {
      return "nothing is learned of the slot that came";
    }
    long items = UpgradeShape.rows(status, UpgradeShape.ITEMS);
    long most = shape.schema().slots().get(shape.schema().idSlot()).rows().maxRows();
    return items > most ? items + " rows of items, " + most + " at most are configured" : "";
  }

  /** Empty if the server recommends. */
  private String asked(ServerProcess server) {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId(events.next().getSessionId()))
            .setK(RECOMMENDED)
            .build();
    try (Connection connection = Connection.toLocal(server.port())) {
      int items = connection.recommendationsBlocking().recommend(request).getItemsCount();
      return items == RECOMMENDED ? "" : items + " items recommended, expected " + RECOMMENDED;
    }
  }

  private static String problem(String... problems) {
    return String.join("; ", List.of(problems).stream().filter(p -> !p.isEmpty()).toList());
  }
}
