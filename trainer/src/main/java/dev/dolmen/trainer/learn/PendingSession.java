package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.trainer.state.StreamClick;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One session of a batch: what was known of it, then what is new. */
public final class PendingSession implements SessionSteps {
  int[] items;
  int[] types;
  long[] timesMs;
  @Nullable Features[] contexts;

  /** Events in use. */
  int size;

  /** Events from this one on are new. */
  int firstNew;

  private final long number;
  private final boolean predicted;

  /**
   * @param number hash of the session's id
   * @param predicted whether its new events are predicted, and so learned from, or only counted
   */
  PendingSession(long number, @Nullable SessionHistory before, boolean predicted) {
    this.number = number;
    this.predicted = predicted;
    int n = before == null ? 0 : before.length();
    int room = n + 4;
    items = new int[room];
    types = new int[room];
    timesMs = new long[room];
    contexts = new Features[room];
    for (int i = 0; before != null && i < n; i++) {
      add(before.item(i), before.type(i), before.timeMs(i), before.context(i));
    }
    firstNew = n;
  }

  void add(int item, int type, long timeMs, @Nullable Features context) {
    if (size == items.length) {
      items = Arrays.copyOf(items, 2 * size);
      types = Arrays.copyOf(types, 2 * size);
      timesMs = Arrays.copyOf(timesMs, 2 * size);
      contexts = Arrays.copyOf(contexts, 2 * size);
    }
    items[size] = item;
    types[size] = type;
    timesMs[size] = timeMs;
    contexts[size++] = context;
  }

  /**
   * Puts an event where it belongs by its time.
   *
   * @return whether that is among the new ones; else it counts as known
   */
  boolean insert(int item, int type, long timeMs, @Nullable Features context) {
    int at = size;
    while (at > 0 && timesMs[at - 1] > timeMs) {
      at--;
    }
    add(item, type, timeMs, context);
    for (int i = size - 1; i > at; i--) {
      items[i] = items[i - 1];
      types[i] = types[i - 1];
      timesMs[i] = timesMs[i - 1];
      contexts[i] = contexts[i - 1];
    }
    items[at] = item;
    types[at] = type;
    timesMs[at] = timeMs;
    contexts[at] = context;
    boolean isNew = at >= firstNew;
    firstNew += isNew ? 0 : 1;
    return isNew;
  }

  /**
   * Tells of the new events in their order.
   *
   * @param nowMs event time when they are learned
   */
  public void forEachNew(long nowMs, Consumer<StreamClick> told) {
    for (int i = firstNew; i < size; i++) {
      told.accept(new StreamClick(number, items, i, nowMs));
    }
  }

  /** Drops events whose item has been deleted since. */
  public void dropDeleted(Catalog catalog) {
    int kept = 0;
    int keptOld = 0;
    for (int i = 0; i < size; i++) {
      if (catalog.item(items[i]) != null) {
        items[kept] = items[i];
        types[kept] = types[i];
        timesMs[kept] = timesMs[i];
        contexts[kept++] = contexts[i];
        keptOld += i < firstNew ? 1 : 0;
      }
    }
    size = kept;
    firstNew = keptOld;
  }

  @Override
  public int length() {
    return size;
  }

  @Override
  public int item(int i) {
    return items[i];
  }

  @Override
  public int type(int i) {
    return types[i];
  }

  @Override
  public long timeMs(int i) {
    return timesMs[i];
  }

  @Override
  public @Nullable Features context(int i) {
    return contexts[i];
  }

  /** Hash of the session's id. */
  public long number() {
    return number;
  }

  /**
   * First event that is predicted: the first new one that has another before it; {@link #length} if
   * the session's events are only counted.
   */
  public int firstPredicted() {
    return predicted ? Math.max(1, firstNew) : size;
  }
}
