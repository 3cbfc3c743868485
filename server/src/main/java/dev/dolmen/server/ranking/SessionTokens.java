package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The events of a session that will be encoded, oldest first. Reused by one thread. */
final class SessionTokens {
  /** Index in the catalogue, or {@code -1 - number} of an item that came with the request. */
  int[] item = new int[64];

  int[] type = new int[64];
  long[] timeMs = new long[64];
  @Nullable Features[] context = new Features[64];
  int size;

  void clear() {
    Arrays.fill(context, 0, size, null);
    size = 0;
  }

  void add(int newItem, int newType, long newTimeMs, @Nullable Features newContext) {
    if (size == item.length) {
      item = Arrays.copyOf(item, 2 * size);
      type = Arrays.copyOf(type, 2 * size);
      timeMs = Arrays.copyOf(timeMs, 2 * size);
      context = Arrays.copyOf(context, 2 * size);
    }
    item[size] = newItem;
    type[size] = newType;
    timeMs[size] = newTimeMs;
    context[size++] = newContext;
  }
}
