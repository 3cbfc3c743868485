package dev.dolmen.server.index;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The recall of searches of cells, measured while they answer: of every {@link #EVERY}th search all
 * items are looked at, too. Its caller gets that exact answer. Any thread.
 */
public final class RecallSample {
  /** Looking at all items costs as much as some searches of cells: a few in a hundred more. */
  static final int EVERY = 256;

  private final AtomicLong searches = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final DistributionSummary recall;

  public RecallSample(MeterRegistry meters) {
    recall =
        DistributionSummary.builder("dolmen.search.recall")
            .description("Share of the exact answer that a search of cells has found")
            .register(meters);
  }

  /** Whether the next search is one whose recall is measured. */
  boolean isNext() {
    return searches.incrementAndGet() % EVERY == 0;
  }

  /**
   * Takes the result of one.
   *
   * @param exact items of the exact answer, more than 0
   * @param ofThem which of them were found
   */
  void add(int exact, int ofThem) {
    sampled.incrementAndGet();
    wanted.addAndGet(exact);
    found.addAndGet(ofThem);
    recall.record((double) ofThem / exact);
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
