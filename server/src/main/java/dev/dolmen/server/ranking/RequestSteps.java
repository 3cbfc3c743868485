package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.session.SessionSteps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a request's session, oldest first: those that are stored, then those that came with
 * the request. Reused by one thread.
 */
final class RequestSteps implements SessionSteps {
  private int[] items = new int[64];
  private int[] types = new int[64];
  private long[] timesMs = new long[64];
  private @Nullable Features[] contexts = new Features[64];
  private int size;

  void clear() {
    Arrays.fill(contexts, 0, size, null);
    size = 0;
  }

  /**
   * Adds a step.
   *
   * @param item index in the catalogue, or {@code -1 - number} of an item that came with the
   *     request
   */
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

  /** Gives the last step, if there is one, another context. */
  void lastContext(Features context) {
    if (size > 0) {
      contexts[size - 1] = context;
    }
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
}
