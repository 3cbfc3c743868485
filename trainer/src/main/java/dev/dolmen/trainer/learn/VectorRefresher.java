package dev.dolmen.trainer.learn;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.signals.ClickCounts;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Keeps the item vectors in step with model and catalogue: changed items and those a batch touched
 * at once, the rest in slices. Serving state only: nothing here flows back into learning. Owned by
 * the training thread.
 */
final class VectorRefresher {
  /** Items encoded in one go, which bounds the scratch memory. */
  private static final int CHUNK = 512;

  private static final long MOST_NANOS = 1_000_000_000;

  private final Catalog catalog;
  private final ItemVectors vectors;
  private final ItemEncoding encoding;
  private final Supplier<ItemEncoding> encodings;
  private final ClickCounts popularity;
  private final ItemMarks marks = new ItemMarks();
  private final int[] chunk = new int[CHUNK];
  private int inChunk;
  private int[] changed = new int[64];
  private int changes;
  private int cursor;
  private int staleLeft;
  private final double priorAgeNanos;
  private int priorCursor;
  private double priorsDue;
  private long priorsNanos;
  private long timeSec;

  /** Whether nobody reads the vectors now. */
  private boolean resting;

  /**
   * @param encodings makes one for each thread that encodes
   * @param popularity recent clicks: each vector carries its item's prior as a bias
   * @param priorAgeSec seconds of learning after which a prior is computed again at the latest
   */
  VectorRefresher(
      Catalog catalog,
      ItemVectors vectors,
      Supplier<ItemEncoding> encodings,
      ClickCounts popularity,
      long priorAgeSec) {
    priorAgeNanos = priorAgeSec * 1e9;
    this.popularity = popularity;
    this.catalog = catalog;
    this.vectors = vectors;
    this.encodings = encodings;
    encoding = encodings.get();
  }

  /** An item is new or has other metadata: it is encoded by the next {@link #flush}. */
  void changed(int index) {
    if (resting) {
      return;
    }
    if (changes == changed.length) {
      changed = Arrays.copyOf(changed, 2 * changes);
    }
    changed[changes++] = index;
  }

  /**
   * Nobody reads vectors or priors: from now on they are left as they are, until {@link
   * #refreshAll}.
   */
  void rest() {
    resting = true;
    changes = 0;
  }

  /** What has changed of the vectors and priors, for those elsewhere who have them. */
  ItemMarks marks() {
    return marks;
  }

  /** Changed items that wait for {@link #flush}. */
  int waiting() {
    return changes;
  }

  /**
   * From now on items are as old as they are at this time.
   *
   * @param sec event time
   */
  void time(long sec) {
    timeSec = sec;
  }

  /** Encodes the items that changed. */
  void flush(ServingModel model) {
    refresh(changed, changes, model);
    changes = 0;
  }

  /** The item's popularity has changed. */
  void clicked(int index, ServingModel model) {
    if (resting) {
      return;
    }
    vectors.putBias(index, model.priorWeight() * popularity.prior(index));
    marks.prior(index);
  }

  /** The item is gone. */
  void removed(int index) {
    vectors.remove(index);
    marks.removed(index);
  }

  /** Encodes the given items; deleted ones are left out. */
  void refresh(int[] indexes, int n, ServingModel model) {
    if (resting) {
      return;
    }
    for (int i = 0; i < n; i++) {
      add(indexes[i], model);
    }
    encodeChunk(model);
  }

  /** From now on every vector that is not refreshed again is out of date. */
  void modelChanged() {
    staleLeft = catalog.indexLimit();
  }

  /** Whether there are vectors that an older model made. */
  boolean stale() {
    return staleLeft > 0;
  }

  /** Encodes the next {@code maxItems} indexes in turn, as far as they are out of date. */
  void sweep(int maxItems, ServingModel model) {
    if (resting) {
      return;
    }
    int limit = catalog.indexLimit();
    int n = Math.min(Math.min(maxItems, staleLeft), limit);
    for (int i = 0; i < n; i++) {
      cursor = cursor + 1 >= limit ? 0 : cursor + 1;
      add(cursor, model);
    }
    encodeChunk(model);
    staleLeft -= n;
  }

  /**
   * Encodes all items, on as many threads as there are processors; the training thread waits for
   * them. Vectors are written one chunk at a time, so that there is one writer at any moment.
   */
  void refreshAll(ServingModel model) {
    resting = false;
    changes = 0;
    refreshAll(_ -> true, model);
    staleLeft = 0;
  }

  /** The same for items that have no vector yet. */
  void refreshMissing(ServingModel model) {
    refreshAll(index -> !vectors.contains(index), model);
  }

  /**
   * A vector that was encoded before, of an item whose state is the same again; none if there is no
   * item.
   *
   * @param vector as wide as all are
   */
  void restore(int index, float[] vector, ServingModel model) {
    if (catalog.item(index) != null && vectors.put(index, vector, 0)) {
      marks.vector(index);
      clicked(index, model);
    }
  }

  private void refreshAll(IntPredicate which, ServingModel model) {
    int limit = catalog.indexLimit();
    ConcurrentLinkedQueue<ItemEncoding> idle = new ConcurrentLinkedQueue<>();
    IntStream.range(0, (limit + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(number -> {
          ItemEncoding one = idle.poll();
          one = one == null ? encodings.get() : one;
          int from = number * CHUNK;
          int[] indexes =
              IntStream.range(from, Math.min(from + CHUNK, limit)).filter(which).toArray();
          encodeChunk(indexes, indexes.length, one, model);
          idle.add(one);
        });
  }

  /**
   * Computes the priors of so many items in turn that each one's comes again within its time, by
   * the time since the call before. Without learning priors stay as they are: time in which there
   * was none, more than a second at once, does not count.
   *
   * @param nanos by the clock
   */
  void sweepPriors(long nanos, ServingModel model) {
    if (resting) {
      return;
    }
    double passed = Math.clamp(nanos - priorsNanos, 0, MOST_NANOS);
    priorsNanos = nanos;
    int limit = catalog.indexLimit();
    priorsDue = Math.min(limit, priorsDue + limit * passed / priorAgeNanos);
    for (; priorsDue >= 1; priorsDue--) {
      priorCursor = priorCursor + 1 >= limit ? 0 : priorCursor + 1;
      if (catalog.item(priorCursor) != null) {
        clicked(priorCursor, model);
      }
    }
  }

  private void add(int index, ServingModel model) {
    chunk[inChunk++] = index;
    if (inChunk == CHUNK) {
      encodeChunk(model);
    }
  }

  private void encodeChunk(ServingModel model) {
    encodeChunk(chunk, inChunk, encoding, model);
    inChunk = 0;
  }

  /**
   * @param indexes of items, overwritten; those that are gone are left out
   */
  private void encodeChunk(int[] indexes, int n, ItemEncoding with, ServingModel model) {
    with.clear(timeSec);
    int kept = 0;
    for (int i = 0; i < n; i++) {
      CatalogItem item = catalog.item(indexes[i]);
      if (item != null) {
        with.add(item.features());
        indexes[kept++] = indexes[i];
      }
    }
    if (kept > 0) {
      write(indexes, kept, with.encode(model), model);
    }
  }

  private synchronized void write(int[] indexes, int n, float[] encoded, ServingModel model) {
    for (int i = 0; i < n; i++) {
      vectors.put(indexes[i], encoded, i * vectors.width());
      marks.vector(indexes[i]);
      clicked(indexes[i], model);
    }
  }
}
