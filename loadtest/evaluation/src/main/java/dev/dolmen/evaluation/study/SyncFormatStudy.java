package dev.dolmen.evaluation.study;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.store.ReceivedRows;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import dev.dolmen.trainer.sync.LocalSyncs;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.trainer.sync.SyncApplication;
import dev.dolmen.trainer.sync.SyncFormat;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a dataset with a server beside the trainer that is told of what is learned by syncs
 * in one format, as a cluster's server is: in the same messages, applied by the same code. What
 * comes first is learned only; each click of the rest is ranked by the server before it is learned.
 * The server does not act on training, so that the same is learned in each format. One thread.
 */
final class SyncFormatStudy {
  /**
   * What to do.
   *
   * @param learnFirst clicks that are learned before any is ranked
   * @param syncClicks clicks between two syncs, or a few more: a sync is between two batches
   */
  record Options(long learnFirst, long syncClicks) {}

  /**
   * What came of one format.
   *
   * @param units of each batch, the sums of recall and of NDCG at 20 of its predictions
   * @param weights of each batch, its predictions
   * @param clicks from the first that was ranked on
   * @param syncs after the base
   * @param syncBytes of these
   * @param baseBytes of the base, with the state that follows from the log
   */
  record Run(
      SyncFormat format,
      List<double[]> units,
      List<Double> weights,
      long clicks,
      long syncs,
      long syncBytes,
      long baseBytes) {}

  /** A server, and what it was sent. */
  private static final class Server {
    final LocalSyncs syncs;
    final SyncApplication application;
    final ServingCopy copy;
    final long baseBytes;
    long syncCount;
    long syncBytes;

    Server(HistoryTraining training, SyncFormat format, EngineOptions engine) throws IOException {
      LiveState live = training.live();
      syncs = training.syncs(SyncOptions.defaults().with(s -> s.format(format)));
      ItemVectors vectors = new ItemVectors(live.vectors().width());
      ReceivedRows rows = new ReceivedRows(engine.schema(), engine.seed());
      application = new SyncApplication(live.published().model(), vectors, rows);
      copy = ServingCopy.received(live, live.published().model(), vectors);
      Sync base = syncs.base();
      baseBytes = base.bytes();
      apply(base);
    }

    void sync() throws IOException {
      Sync sync = syncs.changes();
      syncCount++;
      syncBytes += sync.bytes();
      apply(sync);
    }

    private void apply(Sync sync) throws IOException {
      application.apply(sync, application.decode(sync), item -> true);
      copy.take(application.model());
    }
  }

  private final EngineFeed feed;
  private final ItemArrivals arrivals;
  private final EngineOptions engine;
  private final HistoryTraining training;
  private final Options options;
  private final List<double[]> units = new ArrayList<>();
  private final List<Double> weights = new ArrayList<>();
  private @Nullable Server server;
  private long sinceSync;
  private long streamed;

  SyncFormatStudy(EngineFeed feed, EngineOptions engine, HistoryTraining training, Options options)
      throws IOException {
    this.feed = feed;
    this.engine = engine;
    this.training = training;
    this.options = options;
    arrivals = feed.arrivals(engine);
  }

  /**
   * Learns and ranks.
   *
   * @param progress told the number of clicks taken
   */
  Run run(SyncFormat format, LongConsumer progress) throws IOException {
    long clicks = 0;
    try (Interactions interactions = feed.clicks()) {
      for (Interaction click = interactions.next(); click != null; click = interactions.next()) {
        if (clicks == options.learnFirst) {
          begin(format);
        }
        arrivals.before(clicks, training::upsert);
        streamed += server == null ? 0 : 1;
        sinceSync += server == null ? 0 : 1;
        training.learn(feed.event(click, clicks++));
        progress.accept(clicks);
      }
    }
    training.endPass();
    Server told = server;
    return told == null
        ? new Run(format, units, weights, 0, 0, 0, 0)
        : new Run(format, units, weights, streamed, told.syncCount, told.syncBytes, told.baseBytes);
  }

  private void begin(SyncFormat format) throws IOException {
    training.learnBatch();
    Server told = new Server(training, format, engine);
    server = told;
    training.beforeEachBatch(batch -> beforeBatch(told, batch));
  }

  private void beforeBatch(Server told, List<PendingSession> batch) {
    if (sinceSync >= options.syncClicks) {
      sinceSync = 0;
      try {
        told.sync();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    rank(told.copy, batch);
  }

  private void rank(ServingCopy copy, List<PendingSession> batch) {
    int[] ranks = copy.rank(batch);
    double[] sums = new double[2];
    int prediction = 0;
    for (PendingSession session : batch) {
      for (int i = session.firstPredicted(); i < session.length(); i++) {
        sums[0] += RankMetric.RECALL_20.of(ranks[prediction]);
        sums[1] += RankMetric.NDCG_20.of(ranks[prediction++]);
      }
    }
    if (prediction > 0) {
      units.add(sums);
      weights.add((double) prediction);
    }
  }
}
