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

/**
 * One directory under one server process after another: each is ended in the midst of clicks, some
 * seconds behind its snapshot, and the next one goes on with the directory, of another version or
 * with another configuration. One thread.
 */
final class UpgradeDrill {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
  private static final int RECOMMENDED = 10;
  private static final Duration STALLED = Duration.ofSeconds(60);
  private static final double LOOK_SEC = 0.05;
  private static final int LOOK_ITEMS = 5_000;

  /** Of the first learning, so long are clicks sent before, and after, each turn. */
  private static final double TURN_SHARE = 0.2;

  private final UpgradePlan plan;
  private final Path data;
  private final Path config;
  private final Path log;
  private final Terminal progress;
  private final ShopEvents events;
  private final Set<String> acknowledged = new HashSet<>();
  private int begun;
  private UpgradeShape shape = UpgradeShape.first();

  /**
   * What is to be done.
   *
   * @param directory empty; everything is written there
   */
  UpgradeDrill(UpgradePlan plan, Path directory, Terminal progress) {
    this.plan = plan;
    this.progress = progress;
    data = directory.resolve("data");
    config = directory.resolve("upgrade.yaml");
    log = directory.resolve("server.log");
    events = new ShopEvents("upgrade", plan.seed());
  }

  /**
   * Takes the turns one after another; the first after which the server does not go on is the last.
   *
   * @throws IOException if the directory could not be made
   */
  UpgradeReport run(List<UpgradeTurn> turns) throws IOException, InterruptedException {
    List<UpgradeRow> rows = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.serving(written(), log, plan.heapMb(), plan.earlier())) {
      var _ = server.start();
      learn(server);
      for (UpgradeTurn turn : turns) {
        UpgradeRow row = turn == UpgradeTurn.NEXT_CLICKS ? nextClicks(server) : take(turn, server);
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

  private Path written() throws IOException {
    return shape.write(config, data, plan.sections());
  }

  private void learn(ServerProcess server) throws IOException, InterruptedException {
    List<Item> shop = events.items();
    try (Connection connection = Connection.toLocal(server.port())) {
      CatalogUpload.upload(connection, shop);
      CatalogUpload upload = new CatalogUpload(connection);
      for (int i = 0; i < plan.unvisited(); i++) {
        Item like = shop.get(i % shop.size());
        upload.add(like.toBuilder().setItemId("unvisited-" + i).build());
        if (i % LOOK_ITEMS == 0) {
          progress.redraw(
              List.of(
                  String.format(Locale.ROOT, "upgrade: %,d of %,d items", i, plan.unvisited())));
        }
      }
      upload.finish();
    }
    try (DrillTraffic traffic = traffic(server, plan.seed())) {
      traffic.await(progress, "upgrade: learning", plan.seconds());
      finish(traffic, server);
    }
  }

  private DrillTraffic traffic(ServerProcess server, long seed) {
    return new DrillTraffic(events, DrillKind.CRASH, server.port(), seed, plan.rate());
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
      MigratedPart.Forecast forecast = MigratedPart.forecast(DrillConfig.load(written()), data);
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
          ValidationTotals.ZERO,
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

  /**
   * The process learns the clicks and is ended. Then its own program and this one, one after the
   * other, start from the snapshot of before them and learn them from the log, in the batches that
   * the journal names: nothing but the version differs between the two. While clicks come, vectors
   * are brought up to date in pauses, which a replay does not have: so what the process had
   * predicted meanwhile is told besides, and is not what they are compared with.
   */
  private UpgradeRow nextClicks(ServerProcess server) throws InterruptedException {
    String from = "";
    try {
      snapshot(server);
      ValidationTotals start = validated(server);
      NextClicks clicks = new NextClicks(events, plan.nextClicks(), progress);
      acknowledged.addAll(clicks.publish(server));
      ValidationTotals live = validated(server).minus(start);
      server.stop();
      var _ = server.start("/readyz");
      StatusResponse end = clicks.relearned(server);
      from = end.getVersion();
      end(UpgradeTurn.VERSION, server);
      MigratedPart.Forecast forecast = MigratedPart.forecast(DrillConfig.load(written()), data);
      long logBytes = Files.size(log);
      long readyMs = server.start("/readyz");
      StatusResponse status = clicks.relearned(server);
      UpgradeRow row =
          new UpgradeRow(
              UpgradeTurn.NEXT_CLICKS,
              from,
              status.getVersion(),
              readyMs,
              acknowledged.size(),
              status.getFeedbackEventsLearned(),
              live,
              ValidationTotals.of(end.getValidationTotal()).minus(start),
              ValidationTotals.of(status.getValidationTotal()).minus(start),
              forecast.parts(),
              problem(unsaid(forecast, logBytes), itemsProblem(status), asked(server)));
      return row.with(NextClicks.problem(row));
    } catch (IOException | StatusRuntimeException e) {
      String why = String.valueOf(e.getMessage());
      return UpgradeRow.broken(UpgradeTurn.NEXT_CLICKS, from, acknowledged.size(), why);
    }
  }

  /** For a turn's time, and until half of what it should bring is acknowledged. */
  private void send(DrillTraffic traffic, String what) throws IOException, InterruptedException {
    double pause = plan.seconds() * TURN_SHARE;
    int enough = traffic.acknowledgedCount() + (int) (plan.rate() * pause / 2) + 1;
    traffic.await(progress, what, pause);
    Stall stall = new Stall(STALLED);
    while (traffic.acknowledgedCount() < enough) {
      stall.check(traffic.acknowledgedCount(), what + ": no event is acknowledged");
      traffic.await(progress, what, LOOK_SEC);
    }
  }

  /** Clicks that come from here on are behind the newest snapshot. */
  private DrillTraffic begin(ServerProcess server) {
    snapshot(server);
    return traffic(server, plan.seed() + ++begun);
  }

  private static void snapshot(ServerProcess server) {
    try (Connection connection = Connection.toLocal(server.port())) {
      connection.createSnapshot();
    }
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
    long expected = events.items().size() + (long) plan.unvisited();
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
      int items = connection.recommend(request, ANSWERED_WITHIN).getItemsCount();
      return items == RECOMMENDED ? "" : items + " items recommended, expected " + RECOMMENDED;
    }
  }

  private static String problem(String... problems) {
    return UpgradeRow.joined(List.of(problems));
  }
}
