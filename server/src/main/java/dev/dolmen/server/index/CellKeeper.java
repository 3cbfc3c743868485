package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.trainer.thread.BackgroundThreads;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link Cells} up with item vectors that move, on a thread of its own, which takes a small
 * part of one processor, or half of one while many items come: nothing of it is the trainer's.
 * Whoever asks gets the cells of the last pass. Any thread asks.
 */
public final class CellKeeper implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CellKeeper.class);

  /** Items from which on cells are cheaper than looking at all. */
  public static final int ITEMS_MIN = 20_000;

  /** Between two passes as many times as long as the last took, and at least {@link #PAUSE_MIN}. */
  private static final int PAUSE_FACTOR = 30;

  private static final Duration PAUSE_MIN = Duration.ofSeconds(1);

  /** The same for what is refreshed between them. */
  private static final Duration REFRESH_PAUSE_MIN = Duration.ofMillis(500);

  /** How often it is looked whether a pass is wanted sooner. */
  private static final Duration LOOK = Duration.ofMillis(100);

  /**
   * Items that have appeared since the last pass, from which on the next waits only as long as the
   * last took: while many come, half of the time goes into passes.
   */
  private static final int APPEARED_MAX = ItemVectors.APPEARANCES / 4;

  /** How often they are kept on disk, next to when this is closed: for a process that is killed. */
  private static final Duration KEPT_EVERY = Duration.ofHours(1);

  private final ItemVectorReader vectors;
  private final CellBuilder builder;
  private final @Nullable KeptCells kept;
  private final int itemsMin;
  private final LongSupplier nanos;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread =
      BackgroundThreads.unstarted("dolmen-cells", BackgroundThreads.UPKEEP, this::run);
  private final AtomicReference<@Nullable Runnable> beside = new AtomicReference<>();
  private volatile @Nullable Cells cells;
  private volatile long passes;
  private volatile long lastPassNanos;
  private volatile long lastRefreshNanos;

  /**
   * Makes nothing yet.
   *
   * @param vectors with rows, or else there are never any cells
   * @param nanos monotonic time
   */
  public CellKeeper(ItemVectorReader vectors, LongSupplier nanos) {
    this(vectors, ITEMS_MIN, null, nanos);
  }

  /**
   * Makes nothing yet, and begins with the cells that a process before has left.
   *
   * @param dataDirectory of this process, while it keeps cells
   */
  public CellKeeper(ItemVectorReader vectors, Path dataDirectory, LongSupplier nanos) {
    this(vectors, ITEMS_MIN, new KeptCells(dataDirectory, vectors), nanos);
  }

  CellKeeper(ItemVectorReader vectors, int itemsMin, @Nullable KeptCells kept, LongSupplier nanos) {
    this.kept = kept;
    this.vectors = vectors;
    this.itemsMin = itemsMin;
    this.nanos = nanos;
    builder = new CellBuilder(vectors, this::checkOpen);
  }

  private void checkOpen() {
    if (closing.getCount() == 0) {
      throw new CancellationException("closed");
    }
  }

  /** Makes the first cells, if there are items enough, and goes on with it behind. */
  public void start() {
    if (vectors.hasRows()) {
      orLog(this::begin);
      thread.start();
    }
  }

  private void begin() {
    long start = nanos.getAsLong();
    boolean enough = vectors.present() >= itemsMin;
    KeptCells.Content before = kept == null || !enough ? null : kept.read();
    Cells resumed = before == null ? null : builder.resumed(before);
    if (before == null || resumed == null) {
      pass();
    } else {
      cells = resumed;
      lastPassNanos = before.passNanos();
    }
    Cells made = cells;
    if (made != null) {
      LOG.info(
          "{} items are in {} cells{} after {} ms",
          made.size(),
          made.count(),
          resumed == null ? "" : ", as before,",
          TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - start));
    }
  }

  private void keep() {
    Cells made = cells;
    if (kept != null && made != null) {
      kept.keep(made, lastPassNanos);
    }
  }

  /** How far the pass under way is, in words. */
  public String progress() {
    return String.format(
        Locale.ROOT, "%,d of %,d items are in cells", builder.done(), vectors.size());
  }

  /** Those of the last pass; null while there are too few items, or none are kept. */
  @Nullable Cells current() {
    return cells;
  }

  /** Whether there are ever any. */
  public boolean isKept() {
    return vectors.hasRows();
  }

  /** Cells there are. */
  public int count() {
    Cells made = cells;
    return made == null ? 0 : made.count();
  }

  /** Bytes that the cells take, and what makes them: each item is noted once more there. */
  public long bytes() {
    Cells made = cells;
    return made == null ? 0 : 2 * made.bytes();
  }

  /** Passes over all items so far. */
  public long passes() {
    return passes;
  }

  /**
   * Does something for others on its thread, between what it does itself: mostly within 100 ms, or
   * never, if it does not run.
   *
   * @return false, and it is not done, if something waits already
   */
  boolean beside(Runnable work) {
    return beside.compareAndSet(null, work);
  }

  /** A pass, now: where nobody passes otherwise. */
  void pass() {
    if (vectors.present() < itemsMin) {
      cells = null;
      return;
    }
    long start = nanos.getAsLong();
    cells = builder.pass();
    lastPassNanos = nanos.getAsLong() - start;
    long before = passes;
    passes = before + 1;
  }

  /** Puts centroids and priors right, now, and leaves items in their cells. */
  void refresh() {
    Cells made = cells;
    if (made != null) {
      long start = nanos.getAsLong();
      cells = builder.refreshed(made);
      lastRefreshNanos = nanos.getAsLong() - start;
    }
  }

  private void run() {
    try {
      long passed = nanos.getAsLong();
      long refreshed = passed;
      long keptAt = passed;
      while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = nanos.getAsLong();
        if (isDue(now - passed)) {
          orLog(this::pass);
          passed = nanos.getAsLong();
          refreshed = passed;
        } else if (now - refreshed
            > Math.max(REFRESH_PAUSE_MIN.toNanos(), PAUSE_FACTOR * lastRefreshNanos)) {
          orLog(this::refresh);
          refreshed = nanos.getAsLong();
        }
        if (now - keptAt > KEPT_EVERY.toNanos()) {
          orLog(this::keep);
          keptAt = now;
        }
        workBeside();
      }
      orLog(this::keep);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void workBeside() {
    Runnable work = beside.getAndSet(null);
    try {
      if (work != null) {
        work.run();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("what was to be done beside the cells failed", e);
    }
  }

  private boolean isDue(long sinceNanos) {
    Cells made = cells;
    boolean many = made != null && vectors.appearances() - made.appearances() > APPEARED_MAX;
    return sinceNanos
        > (many ? lastPassNanos : Math.max(PAUSE_MIN.toNanos(), PAUSE_FACTOR * lastPassNanos));
  }

  /**
   * Without cells all items are looked at, which is right, if slow; with cells that nobody keeps up
   * items would be missed without a word.
   */
  private void orLog(Runnable upkeep) {
    try {
      upkeep.run();
    } catch (CancellationException e) {
      // Nobody wants them any more.
    } catch (RuntimeException | Error e) {
      cells = null;
      LOG.error("cells of items could not be made", e);
    }
  }

  /** Ends a pass that is under way, which can take minutes, and keeps the cells. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
