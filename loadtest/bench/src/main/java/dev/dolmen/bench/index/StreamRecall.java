package dev.dolmen.bench.index;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.ItemQuery;
import dev.dolmen.server.index.ItemSearch;
import dev.dolmen.server.index.RecallSample;
import dev.dolmen.server.ranking.Answer;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.server.ranking.SessionFeatures;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Recall of searches by cells while a dataset's clicks are learned and its items come when they are
 * born: after every so many clicks the last visitors ask for 20 items, by cells and exactly, as the
 * product answers them; and vectors of the items clicked last are searched for what scores best
 * with them alone, without signals. The cells are kept up behind, as in a server.
 */
final class StreamRecall {
  private static final int K = 20;
  private static final int VISITORS = 300;

  /** Length of a query that is an item's vector: about that of a session's. */
  private static final float LENGTH = 10;

  private static final ScoreBonuses NONE = new ScoreBonuses();

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /**
   * One moment of the stream.
   *
   * @param recall of the answers to visitors
   * @param worst the lowest of them
   * @param vectorRecall of vectors alone
   * @param cellsUs of one answer, processor time, session and response included
   * @param exactUs the same with an exact search
   */
  record Line(
      long clicks,
      int items,
      int cells,
      long passes,
      double recall,
      double worst,
      double vectorRecall,
      double cellsUs,
      double exactUs) {}

  /**
   * What was seen.
   *
   * @param peers of each moment
   */
  record Seen(List<Line> lines, List<PeerRecall.Line> peers) {}

  private final Path folder;
  private final long limit;
  private final long every;
  private final PeerRecall peers;
  private final Terminal progress;

  /** Ids of the visits that were clicked in last, with the item clicked. */
  private final Map<String, String> visits = new LinkedHashMap<>();

  /**
   * @param peers built again at each look, to be closed by who made it
   */
  StreamRecall(Path folder, long limit, long every, PeerRecall peers, Terminal progress) {
    this.peers = peers;
    this.folder = folder;
    this.limit = limit;
    this.every = every;
    this.progress = progress;
  }

  /**
   * @param directory empty; everything is written there
   */
  Seen measure(Path directory) throws IOException {
    DatasetImport history =
        DatasetReading.read(
            RecBoleDataset.find(folder), ImportOptions.DEFAULT, null, limit, progress);
    DolmenConfig settings = DolmenConfig.defaults(directory, history.schema());
    ItemArrivals arrivals =
        history.arrivals(settings.engine().training().batchEvents(), settings.engine().seed());
    List<Line> lines = new ArrayList<>();
    List<PeerRecall.Line> ofPeers = new ArrayList<>();
    try (HistoryTraining training =
            HistoryTraining.open(settings.engine(), InstantSource.system());
        CellKeeper cells = new CellKeeper(training.live().vectors(), System::nanoTime);
        Interactions rows = history.interactions()) {
      cells.start();
      EventWriter writer = history.events();
      ProgressBar bar =
          new ProgressBar(
              progress, "stream", Math.min(limit, history.profile().events()), System::nanoTime);
      long clicks = 0;
      for (Interaction click = rows.next(); click != null && clicks < limit; click = rows.next()) {
        arrivals.before(clicks, training::upsert);
        FeedbackEvent event = writer.event(click);
        training.learn(event);
        remember(event);
        bar.show(++clicks, "");
        if (clicks % every == 0) {
          lines.add(look(clicks, training.live(), cells));
          ofPeers.addAll(peers.look(clicks, training.live().vectors(), queries(training.live())));
        }
      }
      bar.done();
    }
    return new Seen(lines, ofPeers);
  }

  private void remember(FeedbackEvent event) {
    visits.remove(event.getSessionId());
    visits.put(event.getSessionId(), event.getItemId());
    if (visits.size() > VISITORS) {
      visits.remove(visits.keySet().iterator().next());
    }
  }

  private Line look(long clicks, LiveState live, CellKeeper cells) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    ItemIndex index =
        new ItemIndex(live.vectors(), live.catalog(), cells, new RecallSample(meters, cells));
    Ranker ranker =
        new Ranker(
            live,
            id -> false,
            shown -> {},
            InstantSource.system(),
            () -> "",
            RankerChoice.modelAlone(),
            index,
            meters);
    double sum = 0;
    double worst = 1;
    long[] nanos = new long[2];
    for (String visit : visits.keySet()) {
      Set<String> exact = ids(ask(ranker, live, visit, true, nanos));
      Set<String> found = ids(ask(ranker, live, visit, false, nanos));
      double recall = share(exact, found);
      sum += recall;
      worst = Math.min(worst, recall);
    }
    int n = visits.size();
    return new Line(
        clicks,
        live.vectors().present(),
        cells.count(),
        cells.passes(),
        sum / n,
        worst,
        vectorRecall(index, live),
        nanos[0] / 1e3 / n,
        nanos[1] / 1e3 / n);
  }

  private static RecommendResponse ask(
      Ranker ranker, LiveState live, String visit, boolean exact, long[] nanos) {
    RecommendRequest.Builder request =
        RecommendRequest.newBuilder().setK(K).setNoImpression(true).setExactSearch(exact);
    request.getSessionBuilder().setSessionId(visit);
    RecommendRequest asked = request.build();
    ArrayDeque<RecommendResponse> answers = new ArrayDeque<>();
    long start = THREADS.getCurrentThreadCpuTime();
    ranker.recommend(
        asked,
        SessionFeatures.of(asked.getSession(), live.features()),
        0,
        Caller.PATIENT,
        new Answer<>() {
          @Override
          public void give(RecommendResponse answer) {
            answers.add(answer);
          }

          @Override
          public void fail(RuntimeException why) {
            throw why;
          }
        });
    nanos[exact ? 1 : 0] += THREADS.getCurrentThreadCpuTime() - start;
    return answers.remove();
  }

  private static Set<String> ids(RecommendResponse response) {
    return response.getItemsList().stream().map(ScoredItem::getItemId).collect(Collectors.toSet());
  }

  private static double share(Set<?> exact, Set<?> found) {
    return exact.isEmpty()
        ? 1
        : (double) exact.stream().filter(found::contains).count() / exact.size();
  }

  private double vectorRecall(ItemIndex index, LiveState live) {
    ItemIndex.Scratch scratch = new ItemIndex.Scratch();
    return queries(live).stream()
        .mapToDouble(
            query -> share(query.exact(), search(index, query.vector(), NONE, false, scratch)))
        .average()
        .orElse(1);
  }

  /** Searches by the vectors of the items clicked last, with what a search of all items finds. */
  private List<PeerRecall.Query> queries(LiveState live) {
    ItemIndex all = new ItemIndex(live.vectors(), live.catalog());
    ItemIndex.Scratch scratch = new ItemIndex.Scratch();
    List<PeerRecall.Query> queries = new ArrayList<>();
    for (String item : visits.values()) {
      float[] vector = new float[live.vectors().width()];
      int at = live.catalog().indexOf(item);
      if (at >= 0 && live.vectors().get(at, vector, 0)) {
        for (int d = 0; d < vector.length; d++) {
          vector[d] *= LENGTH;
        }
        queries.add(new PeerRecall.Query(vector, search(all, vector, NONE, true, scratch)));
      }
    }
    return queries;
  }

  private static Set<Integer> search(
      ItemIndex index,
      float[] vector,
      ScoreBonuses none,
      boolean exact,
      ItemIndex.Scratch scratch) {
    ItemSearch search = new ItemSearch();
    search.score(
        new ItemQuery(vector, K, ItemFilter.ALL, new IntHashSet(), Caller.PATIENT), none, exact);
    index.search(List.of(search), scratch);
    @Nullable RuntimeException failure = search.failure();
    if (failure != null) {
      throw failure;
    }
    IntHashSet found = new IntHashSet();
    for (int i = 0; i < search.top().size(); i++) {
      found.add(search.top().index(i));
    }
    return Set.copyOf(found);
  }
}
