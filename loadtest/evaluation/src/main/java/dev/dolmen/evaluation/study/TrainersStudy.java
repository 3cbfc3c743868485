package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.exchange.Aggregation;
import dev.dolmen.evaluation.exchange.Contribution;
import dev.dolmen.evaluation.exchange.Fault;
import dev.dolmen.evaluation.exchange.FaultyTrainer;
import dev.dolmen.evaluation.exchange.ParameterExchange;
import dev.dolmen.evaluation.exchange.Summing;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.v1.FeedbackEvent;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One pass over a dataset by several trainers, in turn: each takes the whole stream, batch by
 * batch, and learns its own sessions; every so many clicks they exchange what they have changed. A
 * trainer that learns nothing goes along, so that what deriving takes is known. What comes first is
 * learned only; predictions, processor time and bytes are those of the rest. One thread.
 */
final class TrainersStudy implements Closeable {
  /**
   * What to do.
   *
   * @param trainers 1 or more
   * @param batchClicks clicks of the stream in a batch
   * @param exchangeClicks clicks of the stream between two exchanges, or a few more: an exchange is
   *     between two batches
   * @param summing of which numbers changes are summed up
   * @param fault of the last trainer
   * @param lag exchanges that its contributions come late, if they do
   * @param learnFirst clicks of the stream before any is scored or its time taken
   */
  record Setup(
      int trainers,
      int batchClicks,
      long exchangeClicks,
      Aggregation aggregation,
      Summing summing,
      Fault fault,
      int lag,
      long learnFirst,
      long seed) {
    /** The same with others. */
    Setup with(int others, int clicks, long every, Aggregation rule, Summing sum, Fault wrong) {
      return new Setup(others, clicks, every, rule, sum, wrong, lag, learnFirst, seed);
    }
  }

  /**
   * What came of it.
   *
   * @param clicks of the stream after those that are learned first
   * @param deriveNanos processor time a click of a trainer that learns nothing
   * @param learnNanos of the busiest trainer, beyond that
   * @param exchangeNanos of the busiest trainer for exchanges, merging included
   * @param exchanges how many
   * @param bytes that all trainers have sent
   * @param refused contributions with numbers that are not finite
   * @param skipped batches that were not learned because a number was not finite
   */
  record Run(
      Setup setup,
      SessionScores scores,
      long clicks,
      double deriveNanos,
      double learnNanos,
      double exchangeNanos,
      long exchanges,
      long bytes,
      long refused,
      long skipped) {
    /**
     * Clicks of the stream that such trainers learn in a second, each on a processor of its own.
     */
    double clicksPerSecond() {
      return 1e9 / (deriveNanos + learnNanos + exchangeNanos);
    }
  }

  private final EngineFeed feed;
  private final Setup setup;
  private final ItemArrivals arrivals;
  private final LongSupplier cpuNanos;
  private final SessionScores scores = new SessionScores();
  private final List<PartitionTrainer> trainers = new ArrayList<>();
  private final PartitionTrainer observer;
  private final ParameterExchange exchange;
  private final FaultyTrainer channel;
  private final List<Consumer<HistoryTraining>> block = new ArrayList<>();
  private final Set<String> clicked = new HashSet<>();
  private final long[] work;
  private final long[] exchanging;
  private long deriving;
  private long timedClicks;
  private int blockClicks;
  private long sinceExchange;
  private long round;
  private long bytes;
  private long refused;

  /**
   * @param engines options of each trainer by its number, with a directory of its own; of -1 too
   * @param cpuNanos processor time of the calling thread
   */
  TrainersStudy(
      EngineFeed feed, IntFunction<EngineOptions> engines, Setup setup, LongSupplier cpuNanos)
      throws IOException {
    this.feed = feed;
    this.setup = setup;
    this.cpuNanos = cpuNanos;
    exchange = new ParameterExchange(setup.aggregation, setup.summing);
    channel = new FaultyTrainer(setup.fault, setup.trainers - 1, setup.lag, setup.seed);
    work = new long[setup.trainers];
    exchanging = new long[setup.trainers];
    observer = trainer(engines, -1);
    for (int number = 0; number < setup.trainers; number++) {
      trainers.add(trainer(engines, number));
    }
    // Items arrive alike whatever the batches.
    arrivals = feed.read().arrivals(CLICKS_BEFORE_ARRIVAL, setup.seed);
  }

  /** An item comes so many clicks before its first one at least, where no time is told. */
  private static final int CLICKS_BEFORE_ARRIVAL = 256;

  private PartitionTrainer trainer(IntFunction<EngineOptions> engines, int number)
      throws IOException {
    EngineOptions given = engines.apply(number);
    TrainingOptions training =
        given.training().with(t -> t.batchEvents(setup.batchClicks).validationShare(0).threads(1));
    EngineOptions engine = given.with(e -> e.training(training));
    PartitionTrainer.Part part = new PartitionTrainer.Part(number, setup.trainers);
    return new PartitionTrainer(part, engine, scores, cpuNanos);
  }

  /**
   * Learns and scores.
   *
   * @param progress told the number of clicks taken
   */
  Run run(LongConsumer progress) throws IOException {
    long clicks = 0;
    try (Interactions interactions = feed.clicks()) {
      for (Interaction click = interactions.next(); click != null; click = interactions.next()) {
        arrivals.before(clicks, item -> block.add(training -> training.upsert(item)));
        FeedbackEvent event = feed.event(click, clicks++);
        block.add(training -> training.learn(event));
        clicked.add(click.item());
        blockClicks++;
        if (blockClicks == setup.batchClicks) {
          endBlock(clicks);
        }
        progress.accept(clicks);
      }
    }
    endBlock(clicks);
    return result();
  }

  /**
   * @param clicks taken, those of the block included
   */
  private void endBlock(long clicks) {
    if (blockClicks == 0) {
      return;
    }
    boolean timed = clicks - blockClicks >= setup.learnFirst;
    if (timed) {
      trainers.forEach(PartitionTrainer::beginScoring);
    }
    observer.learn(block);
    trainers.forEach(trainer -> trainer.learn(block));
    sinceExchange += blockClicks;
    long derived = observer.takeNanos();
    for (int i = 0; i < work.length; i++) {
      long nanos = trainers.get(i).takeNanos();
      work[i] += timed ? nanos : 0;
    }
    deriving += timed ? derived : 0;
    timedClicks += timed ? blockClicks : 0;
    block.clear();
    blockClicks = 0;
    if (setup.trainers > 1 && sinceExchange >= setup.exchangeClicks) {
      exchange(timed);
      sinceExchange = 0;
      clicked.clear();
    }
  }

  private void exchange(boolean timed) {
    round++;
    List<Contribution> sent = new ArrayList<>();
    for (PartitionTrainer trainer : trainers) {
      sent.add(trainer.contribution(round));
    }
    bytes += timed ? sent.stream().mapToLong(Contribution::bytes).sum() : 0;
    List<Contribution> arrived = channel.arriving(sent, round);
    long start = cpuNanos.getAsLong();
    ParameterExchange.Merged merged = exchange.merge(arrived, round);
    List<float[]> after = new ArrayList<>();
    for (int slot = 0; slot < merged.rows().size(); slot++) {
      after.add(trainers.getFirst().table().after(slot, merged.rows().get(slot)));
    }
    // Each would merge for itself.
    long merging = cpuNanos.getAsLong() - start;
    refused += merged.refused();
    for (int i = 0; i < exchanging.length; i++) {
      trainers.get(i).take(merged, after, clicked);
      long nanos = merging + trainers.get(i).takeNanos();
      exchanging[i] += timed ? nanos : 0;
    }
  }

  private Run result() {
    int busiest = 0;
    for (int i = 1; i < work.length; i++) {
      busiest = work[i] + exchanging[i] > work[busiest] + exchanging[busiest] ? i : busiest;
    }
    double per = Math.max(1, timedClicks);
    return new Run(
        setup,
        scores,
        timedClicks,
        deriving / per,
        Math.max(0, work[busiest] - deriving) / per,
        exchanging[busiest] / per,
        round,
        bytes,
        refused,
        trainers.stream().mapToLong(t -> t.training().skippedBatches()).sum());
  }

  List<PartitionTrainer> trainers() {
    return trainers;
  }

  @Override
  public void close() throws IOException {
    observer.close();
    for (PartitionTrainer trainer : trainers) {
      trainer.close();
    }
  }
}
