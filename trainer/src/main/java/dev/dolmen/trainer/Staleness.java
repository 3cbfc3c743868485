package dev.dolmen.trainer;

import java.util.ArrayDeque;

/**
 * For how long the oldest record that no sync has learned has been known to this process, by its
 * own monotonic time, so that no clocks are compared. Records of a few milliseconds count as one.
 * The thread that follows writes, any reads.
 */
final class Staleness {
  private static final long TOGETHER_MS = 5;

  /** Bounded: beyond it the newest group grows. */
  private static final int GROUPS = 100_000;

  private final ArrayDeque<Group> groups = new ArrayDeque<>();

  /** When the oldest came; -1 if everything is learned. */
  private volatile long oldestMs = -1;

  private static final class Group {
    final long firstMs;
    long lastOffset;

    Group(long firstMs, long lastOffset) {
      this.firstMs = firstMs;
      this.lastOffset = lastOffset;
    }
  }

  /** A record was read. */
  void read(long offset, long nowMs) {
    Group last = groups.peekLast();
    if (last != null && (nowMs - last.firstMs < TOGETHER_MS || groups.size() >= GROUPS)) {
      last.lastOffset = offset;
    } else {
      groups.addLast(new Group(nowMs, offset));
    }
    show();
  }

  /** Everything up to this is learned. */
  void learned(long offset) {
    while (!groups.isEmpty() && groups.getFirst().lastOffset <= offset) {
      groups.removeFirst();
    }
    show();
  }

  private void show() {
    Group first = groups.peekFirst();
    oldestMs = first == null ? -1 : first.firstMs;
  }

  long ms(long nowMs) {
    long oldest = oldestMs;
    return oldest < 0 ? 0 : Math.max(0, nowMs - oldest);
  }
}
