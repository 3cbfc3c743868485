package dev.dolmen.server.index;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.server.budget.Caller;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.agrona.collections.IntHashSet;

/**
 * The recall of searches of cells, measured while they answer: every {@link #EVERY}th search is
 * done again by looking at all items, on another thread, so that its caller does not wait for that.
 * What was learned in between counts against the search of cells. Any thread.
 */
public final class RecallSample {
  /** Searches of which one is compared. */
  static final int EVERY = 256;

  /**
   * Looking at all items of a large catalog takes as long as a hundred searches of cells, so the
   * next comparison begins so many times later as the last one took.
   */
  private static final int PAUSE_FACTOR = 50;

  private final AtomicLong searches = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final AtomicBoolean comparing = new AtomicBoolean();
  private final ItemIndex.Scratch scratch = new ItemIndex.Scratch();
  private final MeterRegistry meters;
  private final Predicate<Runnable> beside;
  private final int pauseFactor;
  private final DistributionSummary recall;

  /** Monotonic time from which on there may be another comparison. */
  private volatile long againNanos;

  /**
   * @param meters and their clock
   * @param cells whose thread compares
   */
  public RecallSample(MeterRegistry meters, CellKeeper cells) {
    this(meters, cells::beside, PAUSE_FACTOR);
  }

  /**
   * @param beside takes a comparison, to do it, or does not
   */
  RecallSample(MeterRegistry meters, Predicate<Runnable> beside, int pauseFactor) {
    this.meters = meters;
    this.beside = beside;
    this.pauseFactor = pauseFactor;
    againNanos = now();
    recall =
        DistributionSummary.builder("dolmen.search.recall")
            .description("Share of the exact answer that a search of cells has found")
            .register(meters);
  }

  private long now() {
    return meters.config().clock().monotonicTime();
  }

  /** A search of cells has its answer. */
  void searched(ItemSearch search, ItemIndex index) {
    if (searches.incrementAndGet() % EVERY == 0
        && now() - againNanos >= 0
        && comparing.compareAndSet(false, true)) {
      ItemSearch exact = exact(search);
      int[] items = search.top().indexes();
      if (!beside.test(() -> compare(items, exact, index))) {
        comparing.set(false);
      }
    }
  }

  /** The same question, which keeps nothing of the other. */
  private static ItemSearch exact(ItemSearch search) {
    ItemQuery query = search.query();
    IntHashSet excluded = new IntHashSet();
    excluded.addAll(query.excluded());
    ScoreBonuses bonuses = new ScoreBonuses();
    bonuses.become(Objects.requireNonNull(search.bonuses(), "cells are searched by score"));
    ItemSearch exact = new ItemSearch();
    exact.score(
        new ItemQuery(query.vector().clone(), query.k(), query.filter(), excluded, Caller.PATIENT),
        bonuses,
        true);
    return exact;
  }

  private void compare(int[] items, ItemSearch exact, ItemIndex index) {
    long start = now();
    try {
      index.search(List.of(exact), scratch);
      if (exact.failure() == null && exact.top().size() > 0) {
        add(items, exact.top());
      }
    } finally {
      long end = now();
      againNanos = end + pauseFactor * (end - start);
      comparing.set(false);
    }
  }

  private void add(int[] items, TopK exact) {
    int common = 0;
    for (int i = 0; i < exact.size(); i++) {
      for (int item : items) {
        common += exact.index(i) == item ? 1 : 0;
      }
    }
    sampled.incrementAndGet();
    wanted.addAndGet(exact.size());
    found.addAndGet(common);
    recall.record((double) common / exact.size());
  }

  /** Searches of cells. */
  public long searches() {
    return searches.get();
  }

  /** Searches whose recall was measured. */
  public long sampled() {
    return sampled.get();
  }

  /** The share of the exact answers' items that was found; 1 if nothing was measured yet. */
  public double recall() {
    long of = wanted.get();
    return of == 0 ? 1 : (double) found.get() / of;
  }
}
