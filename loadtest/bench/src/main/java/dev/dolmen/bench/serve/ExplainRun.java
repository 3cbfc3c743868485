package dev.dolmen.bench.serve;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.ranking.Answer;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.server.ranking.SessionFeatures;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.trainer.SnapshotView;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The same requests without and with reasons, each pair one right after the other, the second one
 * first in every other pair: ranked in this process, and asked of a server process over a socket,
 * as recommendations and as scores of the items that these had. One thread.
 */
final class ExplainRun {
  /** Pairs of a round. */
  static final int PAIRS = 500;

  private final ExplainOptions options;
  private final ShopData data;
  private final Path directory;
  private final Terminal progress;
  private final List<RecommendRequest> requests = new ArrayList<>();

  /**
   * @param directory empty; everything but the learned shop is written there
   */
  ExplainRun(ExplainOptions options, Path directory, Terminal progress) {
    this.options = options;
    this.directory = directory;
    this.progress = progress;
    LargeShop shop = new LargeShop(options.items(), options.seed());
    data = new ShopData(shop, options.seed(), options.kept(), progress);
    ShopVisits visits = new ShopVisits(shop, "explained", options.seed() + 1);
    for (int i = 0; i < PAIRS; i++) {
      SessionContext.Builder session = SessionContext.newBuilder();
      visits
          .visitOf(options.events())
          .forEach(item -> session.addEvents(SessionEvent.newBuilder().setItemId(item)));
      requests.add(
          RecommendRequest.newBuilder()
              .setSession(session)
              .setK(options.k())
              .setNoImpression(true)
              .build());
    }
  }

  /** Ranking alone, then whole requests. */
  List<ExplainFigures> run() throws IOException, InterruptedException {
    Path copy = directory.resolve("data");
    ShopData.copy(data.learned(), copy);
    String yaml = data.yaml(copy);
    List<ExplainFigures> figures = new ArrayList<>();
    figures.add(ranking(yaml));
    figures.addAll(calls(yaml));
    return figures;
  }

  /** The same with reasons. */
  private static List<RecommendRequest> explained(List<RecommendRequest> requests) {
    return requests.stream().map(r -> r.toBuilder().setExplain(true).build()).toList();
  }

  private String newestSnapshot() throws IOException {
    return SnapshotStore.openReadOnly(directory.resolve("data").resolve("snapshots"))
        .ids()
        .getLast();
  }

  private ExplainFigures ranking(String yaml) throws IOException {
    DolmenConfig config;
    try {
      config = DolmenConfig.parse("bench explain", yaml, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
    try (SnapshotView snapshot = SnapshotView.open(config.engine(), newestSnapshot())) {
      LiveState live = snapshot.live();
      Ranker ranker =
          new Ranker(
              live,
              id -> false,
              impression -> {},
              InstantSource.system(),
              () -> "request",
              RankerChoice.modelAlone(),
              new ItemIndex(live.vectors(), live.catalog()),
              new SimpleMeterRegistry());
      return figures(
          "ranking",
          requests,
          explained(requests),
          request ->
              ranker.recommend(
                  request,
                  SessionFeatures.of(request.getSession(), live.features()),
                  0,
                  Caller.PATIENT,
                  new Full(options.k(), request.getExplain())));
    }
  }

  /** Holds that all was answered that was asked for. */
  private record Full(int k, boolean explained) implements Answer<RecommendResponse> {
    @Override
    public void give(RecommendResponse answer) {
      check(answer.getItemsList());
    }

    void check(ScoreResponse answer) {
      check(answer.getItemsList());
    }

    private void check(List<ScoredItem> items) {
      int reasons = 0;
      for (int i = 0; i < items.size(); i++) {
        reasons += items.get(i).hasExplanation() ? 1 : 0;
      }
      if (items.size() != k || reasons != (explained ? k : 0)) {
        throw new IllegalStateException(
            items.size() + " items with " + reasons + " reasons, expected " + k);
      }
    }

    @Override
    public void fail(RuntimeException why) {
      throw why;
    }
  }

  private List<ExplainFigures> calls(String yaml) throws IOException, InterruptedException {
    Path config = Files.writeString(directory.resolve("dolmen.yaml"), yaml);
    Path log = directory.resolve("server.log");
    try (ServerProcess server = ServerProcess.serving(config, log, options.heapMb())) {
      server.start();
      try (Connection connection = Connection.toLocal(server.port())) {
        ExplainFigures recommended =
            figures(
                "request",
                requests,
                explained(requests),
                request ->
                    new Full(options.k(), request.getExplain())
                        .give(connection.recommendationsBlocking().recommend(request)));
        List<ScoreRequest> scores = new ArrayList<>();
        for (RecommendRequest request : requests) {
          ScoreRequest.Builder score = ScoreRequest.newBuilder().setSession(request.getSession());
          connection
              .recommendationsBlocking()
              .recommend(request)
              .getItemsList()
              .forEach(i -> score.addItemIds(i.getItemId()));
          scores.add(score.build());
        }
        ExplainFigures scored =
            figures(
                "score",
                scores,
                scores.stream().map(s -> s.toBuilder().setExplain(true).build()).toList(),
                request ->
                    new Full(options.k(), request.getExplain())
                        .check(connection.recommendationsBlocking().score(request)));
        return List.of(recommended, scored);
      }
    }
  }

  private <R> ExplainFigures figures(
      String what, List<R> plain, List<R> explained, Consumer<R> ask) {
    for (int i = 0; i < options.warmUpRounds(); i++) {
      round(plain, explained, ask);
    }
    List<ExplainFigures.Round> rounds = new ArrayList<>();
    for (int i = 0; i < options.rounds(); i++) {
      ExplainFigures.Round round = round(plain, explained, ask);
      rounds.add(round);
      progress.line(
          String.format(
              Locale.ROOT,
              "%s, round %d of %d: %.1f us, with reasons %.1f us, %.2f times",
              what,
              i + 1,
              options.rounds(),
              round.plainUs(),
              round.explainedUs(),
              round.ratio()));
    }
    return new ExplainFigures(what, rounds);
  }

  private static <R> ExplainFigures.Round round(List<R> plain, List<R> explained, Consumer<R> ask) {
    long[] with = new long[PAIRS];
    long[] without = new long[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      if (i % 2 == 0) {
        without[i] = nanos(plain.get(i), ask);
        with[i] = nanos(explained.get(i), ask);
      } else {
        with[i] = nanos(explained.get(i), ask);
        without[i] = nanos(plain.get(i), ask);
      }
    }
    return new ExplainFigures.Round(medianUs(without), medianUs(with));
  }

  private static <R> long nanos(R request, Consumer<R> ask) {
    long start = System.nanoTime();
    ask.accept(request);
    return System.nanoTime() - start;
  }

  private static double medianUs(long[] nanos) {
    Arrays.sort(nanos);
    return (nanos[(PAIRS - 1) / 2] + nanos[PAIRS / 2]) / 2e3;
  }
}
