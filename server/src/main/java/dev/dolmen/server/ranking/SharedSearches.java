package dev.dolmen.server.ranking;

import dev.dolmen.server.budget.Together;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.ItemSearch;
import dev.dolmen.server.index.TopK;
import io.micrometer.core.instrument.DistributionSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The searches of all items that a thread's requests have left to share a pass. Of as many requests
 * as the thread takes at a time memory is kept for their searches. One thread has one.
 */
final class SharedSearches {
  private static final Logger LOG = LoggerFactory.getLogger(SharedSearches.class);

  private final ItemIndex index;
  private final ItemIndex.Scratch scratch;
  private final int width;
  private final DistributionSummary together;

  /** The first {@code waiting} wait for the pass. */
  private final List<PendingSearch> pending = new ArrayList<>();

  private final List<ItemSearch> searches = new ArrayList<>();
  private final Runnable pass = this::pass;
  private int waiting;

  /**
   * @param scratch of the thread
   * @param width D
   * @param together told how many searches have shared each pass
   */
  SharedSearches(
      ItemIndex index, ItemIndex.Scratch scratch, int width, DistributionSummary together) {
    this.index = index;
    this.scratch = scratch;
    this.width = width;
    this.together = together;
  }

  /** Room for one more, to be filled and then {@link #leave left}, or not. */
  PendingSearch next() {
    if (waiting == pending.size()) {
      pending.add(new PendingSearch(width));
    }
    return pending.get(waiting);
  }

  /**
   * Leaves {@link #next} to the pass, which is at once where the thread takes no other requests.
   *
   * @param found gives the answer, on this thread
   * @param asked takes what goes wrong until then
   */
  void leave(Consumer<TopK> found, Answer<?> asked) {
    next().then(found, asked);
    waiting++;
    Together.leave(pass);
  }

  /** Searches by what {@link #next} asks for at once, by itself. Parameters as {@link #leave}. */
  void alone(Consumer<TopK> found, Answer<?> asked) {
    PendingSearch search = next();
    search.then(found, asked);
    try {
      index.search(List.of(search.search), scratch);
      search.answer();
    } finally {
      search.clear();
    }
  }

  private void pass() {
    int count = waiting;
    try {
      for (int i = 0; i < count; i++) {
        searches.add(pending.get(i).search);
      }
      index.search(searches, scratch);
      together.record(count);
      for (int i = 0; i < count; i++) {
        answer(pending.get(i));
      }
    } finally {
      searches.clear();
      for (int i = 0; i < count; i++) {
        pending.get(i).clear();
      }
      waiting = 0;
    }
  }

  /** Who cannot be told what went wrong keeps nobody else from an answer. */
  private static void answer(PendingSearch search) {
    try {
      search.answer();
    } catch (RuntimeException e) {
      LOG.warn("an answer could not be given", e);
    }
  }
}
