package dev.dolmen.evaluation.study;

import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a dataset in event time, with several serving copies beside the trainer. What comes
 * before {@link Options#fromMs} is learned only; each click of the rest is ranked by every copy
 * before it is learned. Copies do not act on training, so that all of them rank the same clicks
 * while the same is learned. Batches end with a cell of event time, at the beginning of which
 * copies are synced. One thread, helped by others in ranking, with the same result.
 */
final class SyncExperiment {
  private static final long HOUR_MS = 3_600_000;

  /**
   * What to do.
   *
   * @param fromMs event time from which clicks are ranked, milliseconds since 1970
   * @param batchMs event time of a batch at most, while clicks are ranked
   * @param intervals of syncs, each a multiple of {@code batchMs}
   * @param seed of the intervals of confidence
   */
  record Options(long fromMs, long batchMs, List<Interval> intervals, long seed) {}

  /** How often to sync, under the name that the user gave it. */
  record Interval(String name, Duration every) {}

  /**
   * What came of it.
   *
   * @param figures never first, then by interval as given, at once last
   * @param clicks from {@link Options#fromMs} on
   * @param predictions of them, all but the first of each session
   * @param hours of event time in which anything was predicted
   */
  record Result(List<SyncFigures> figures, long clicks, long predictions, int hours) {}

  /** A copy and what came of it. */
  private static final class Serving {
    final String name;
    final double intervalSec;
    final ServingCopy copy;
    final HourSums sums = new HourSums();
    long syncs;
    long nextSyncMs;

    Serving(String name, double intervalSec, ServingCopy copy, long fromMs) {
      this.name = name;
      this.intervalSec = intervalSec;
      this.copy = copy;
      // Serving at once is synced with every batch.
      nextSyncMs = intervalSec > 0 ? fromMs + Math.round(1_000 * intervalSec) : Long.MAX_VALUE;
    }

    /** Syncs if it is time to, at the beginning of a cell. */
    void sync(LiveState live, long nowMs) {
      if (nowMs >= nextSyncMs) {
        syncNow(live);
        long stepMs = Math.round(1_000 * intervalSec);
        nextSyncMs += ((nowMs - nextSyncMs) / stepMs + 1) * stepMs;
      }
    }

    void syncNow(LiveState live) {
      copy.sync(live);
      syncs++;
    }

    void rank(List<PendingSession> batch, int[] hours, boolean[] known) {
      int[] ranks = copy.rank(batch);
      int prediction = 0;
      for (PendingSession session : batch) {
        for (int i = session.firstPredicted(); i < session.length(); i++, prediction++) {
          sums.add(
              hours[prediction], ranks[prediction], copy.knows(session.item(i)), known[prediction]);
        }
      }
    }
  }

  private final EngineFeed feed;
  private final ItemArrivals arrivals;
  private final HistoryTraining training;
  private final Options options;
  private final List<Serving> servings = new ArrayList<>();
  private @Nullable ServingCopy never;
  private long cell;
  private long streamed;

  SyncExperiment(
      EngineFeed feed, ItemArrivals arrivals, HistoryTraining training, Options options) {
    this.feed = feed;
    this.arrivals = arrivals;
    this.training = training;
    this.options = options;
  }

  /**
   * Learns and ranks.
   *
   * @param progress told the number of clicks taken
   * @return without figures if no click comes after {@link Options#fromMs}
   */
  Result run(LongConsumer progress) throws IOException {
    long clicks = 0;
    try (Interactions interactions = feed.clicks()) {
      for (Interaction click = interactions.next(); click != null; click = interactions.next()) {
        advance(feed.profile().timeScale().toMillis(click.time()));
        arrivals.before(clicks, training::upsert);
        training.learn(feed.event(click, clicks++));
        streamed += never == null ? 0 : 1;
        progress.accept(clicks);
      }
    }
    training.endPass();
    return result();
  }

  /** Ends the batch and syncs where a new cell of event time begins. */
  private void advance(long timeMs) {
    if (timeMs < options.fromMs) {
      return;
    }
    if (never == null) {
      training.learnBatch();
      begin();
    }
    long now = (timeMs - options.fromMs) / options.batchMs;
    if (now > cell) {
      training.learnBatch();
      cell = now;
      LiveState live = training.live();
      servings.forEach(s -> s.sync(live, options.fromMs + cell * options.batchMs));
    }
  }

  private void begin() {
    LiveState live = training.live();
    ServingCopy start = ServingCopy.of(live);
    never = start;
    servings.add(new Serving("never", Double.NaN, start, options.fromMs));
    for (Interval interval : options.intervals) {
      double sec = interval.every().toMillis() / 1_000.0;
      servings.add(new Serving(interval.name(), sec, ServingCopy.of(live), options.fromMs));
    }
    servings.add(new Serving("at once", 0, ServingCopy.shared(live), options.fromMs));
    training.beforeEachBatch(batch -> rank(batch, start));
  }

  private void rank(List<PendingSession> batch, ServingCopy start) {
    // A batch that is full before its cell ends was learned at once, too.
    servings.getLast().syncNow(training.live());
    int predictions =
        batch.stream().mapToInt(s -> Math.max(0, s.length() - s.firstPredicted())).sum();
    int[] hours = new int[predictions];
    boolean[] known = new boolean[predictions];
    int prediction = 0;
    for (PendingSession session : batch) {
      for (int i = session.firstPredicted(); i < session.length(); i++, prediction++) {
        // A file that is not in order to the millisecond may step back over the beginning.
        hours[prediction] = (int) Math.max(0, (session.timeMs(i) - options.fromMs) / HOUR_MS);
        known[prediction] = start.knows(session.item(i));
      }
    }
    servings.parallelStream().forEach(s -> s.rank(batch, hours, known));
  }

  private Result result() {
    if (servings.isEmpty()) {
      return new Result(List.of(), 0, 0, 0);
    }
    HourSums atOnce = servings.getLast().sums;
    List<SyncFigures> all = new ArrayList<>();
    for (Serving s : servings) {
      all.add(SyncFigures.of(s.name, s.intervalSec, s.syncs, s.sums, atOnce, options.seed));
    }
    long predictions = (long) atOnce.total(HourSums.Of.PREDICTIONS);
    return new Result(all, streamed, predictions, atOnce.hours());
  }
}
