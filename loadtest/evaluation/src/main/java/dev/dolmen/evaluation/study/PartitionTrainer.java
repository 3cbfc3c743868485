package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.exchange.Contribution;
import dev.dolmen.evaluation.exchange.ExchangedTable;
import dev.dolmen.evaluation.exchange.ParameterExchange;
import dev.dolmen.evaluation.exchange.RowChanges;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One of several trainers, as the product is one: it derives from the whole stream what follows
 * cheaply from it, and predicts and learns its own sessions. Each prediction is scored before its
 * batch is learned, by what the trainer holds then. One thread.
 */
final class PartitionTrainer implements Closeable {
  /**
   * Which sessions are a trainer's own.
   *
   * @param number from 0 to below {@code trainers}; a number below 0 learns nothing
   * @param trainers 1 or more
   */
  record Part(int number, int trainers) {
    boolean has(long session) {
      return Long.remainderUnsigned(session, trainers) == number;
    }
  }

  private final Part part;
  private final EngineOptions options;
  private final HistoryTraining training;
  private final @Nullable ExchangedTable exchanged;
  private final @Nullable ServingCopy scoring;
  private final SessionScores scores;
  private final LongSupplier cpuNanos;
  private float[] shared = {};
  private boolean isScored;
  private long blocks;
  private long ownPredictions;
  private long scoringNanos;
  private long nanos;

  /**
   * @param options with a data directory of its own and batches of as many clicks as blocks have
   * @param scores to which its predictions are added
   * @param cpuNanos processor time of the calling thread
   * @throws IOException if the data directory cannot be written
   */
  PartitionTrainer(Part part, EngineOptions options, SessionScores scores, LongSupplier cpuNanos)
      throws IOException {
    this.part = part;
    this.options = options;
    this.scores = scores;
    this.cpuNanos = cpuNanos;
    List<ExchangedTable> made = new ArrayList<>();
    boolean alone = part.trainers == 1 || part.number < 0;
    TableFactory tables =
        (schema, seed) -> {
          EmbeddingTable table = TableFactory.COLLISIONLESS.open(schema, seed);
          if (alone) {
            return table;
          }
          made.add(new ExchangedTable(table));
          return made.getFirst();
        };
    training = HistoryTraining.open(options, InstantSource.system(), tables);
    exchanged = made.isEmpty() ? null : made.getFirst();
    training.learnOnly(part::has);
    if (part.number < 0) {
      scoring = null;
      return;
    }
    LiveState live = training.live();
    scoring = ServingCopy.shared(live);
    shared = live.published().model().copyParameters();
    training.beforeEachBatch(this::beforeBatch);
  }

  /** From now on predictions are scored; again, it does nothing. */
  void beginScoring() {
    isScored = true;
  }

  private void beforeBatch(List<PendingSession> batch) {
    for (PendingSession session : batch) {
      ownPredictions += session.length() - session.firstPredicted();
    }
    if (isScored) {
      score(batch);
    }
  }

  /**
   * Takes the next clicks of the stream, with the items that come before them, as one batch.
   *
   * @param records in order
   */
  void learn(List<Consumer<HistoryTraining>> records) {
    blocks++;
    scoringNanos = 0;
    long start = cpuNanos.getAsLong();
    records.forEach(record -> record.accept(training));
    training.learnBatch();
    nanos += cpuNanos.getAsLong() - start - scoringNanos;
  }

  /**
   * Scores the trainer's own predictions of a batch.
   *
   * @throws IllegalStateException if the batch has been learned
   */
  void score(List<PendingSession> batch) {
    ServingCopy copy = scoring;
    if (copy == null) {
      return;
    }
    long start = cpuNanos.getAsLong();
    LiveState live = training.live();
    long learned = live.published().modelVersion();
    if (learned != blocks - 1) {
      throw new IllegalStateException(
          "batch " + blocks + " is scored after " + learned + " were learned");
    }
    copy.sync(live);
    scores.add(batch, copy.rank(batch));
    scoringNanos += cpuNanos.getAsLong() - start;
  }

  /** Processor time of deriving, learning and exchanging since the last call. */
  long takeNanos() {
    long taken = nanos;
    nanos = 0;
    return taken;
  }

  /** What it has changed since the last exchange, for the one of this number. */
  Contribution contribution(long round) {
    long start = cpuNanos.getAsLong();
    ExchangedTable table = table();
    float[] dense = training.live().published().model().copyParameters();
    for (int i = 0; i < dense.length; i++) {
      dense[i] -= shared[i];
    }
    List<RowChanges> rows = new ArrayList<>();
    for (int slot = 0; slot < table.slots(); slot++) {
      rows.add(table.changes(slot));
    }
    Contribution made = new Contribution(part.number, round, ownPredictions, dense, rows);
    ownPredictions = 0;
    nanos += cpuNanos.getAsLong() - start;
    return made;
  }

  /**
   * Goes on from what all have come to: what it has changed itself counts as far as it is in there.
   *
   * @param after weights of the rows that are named, by slot
   * @param items ids of items that were clicked since the last exchange
   */
  void take(ParameterExchange.Merged merged, List<float[]> after, Collection<String> items) {
    long start = cpuNanos.getAsLong();
    table().take(merged.rows(), after);
    for (int i = 0; i < shared.length; i++) {
      shared[i] += merged.dense()[i];
    }
    LiveState live = training.live();
    int[] indexes = items.stream().mapToInt(live.catalog()::indexOf).filter(i -> i >= 0).toArray();
    training.takeParameters(shared, indexes);
    nanos += cpuNanos.getAsLong() - start;
  }

  ExchangedTable table() {
    ExchangedTable table = exchanged;
    if (table == null) {
      throw new IllegalStateException("a trainer alone exchanges nothing");
    }
    return table;
  }

  /** The dense parameters that all had after the last exchange. */
  float[] shared() {
    return shared.clone();
  }

  HistoryTraining training() {
    return training;
  }

  @Override
  public void close() throws IOException {
    training.close();
    DirectoryTree.delete(options.dataDirectory());
  }
}
