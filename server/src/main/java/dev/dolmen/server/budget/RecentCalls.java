package dev.dolmen.server.budget;

import java.util.HashMap;
import java.util.Map;

/**
 * Who has called how often recently, so that the few calls of one caller can be told from the flood
 * of another. Counted in two windows, this one and the one before it, and forgotten with them.
 * Guarded by who has it.
 */
final class RecentCalls {
  static final long WINDOW_NANOS = 100_000_000;

  private Window before = new Window();
  private Window now = new Window();
  private long sinceNanos;

  /** Calls by caller, and of all. */
  private static final class Window {
    final Map<Object, Integer> calls = new HashMap<>();
    int all;

    int of(Object caller) {
      return calls.getOrDefault(caller, 0);
    }

    /** Whether a caller calls less than half as often as callers do on the mean. */
    boolean isLight(Object caller) {
      return 2L * of(caller) * calls.size() < all;
    }
  }

  /**
   * Nobody has called.
   *
   * @param nanos monotonic time
   */
  RecentCalls(long nanos) {
    sinceNanos = nanos;
  }

  /** A caller calls. */
  void called(Object caller, long nanos) {
    roll(nanos);
    now.calls.merge(caller, 1, Integer::sum);
    now.all++;
  }

  /**
   * Whether a caller has called less than half as often as callers did on the mean, in the window
   * before this one and up to now in this one.
   */
  boolean isLight(Object caller, long nanos) {
    roll(nanos);
    return (before.all == 0 || before.isLight(caller))
        && (now.all < before.all / 2 || now.isLight(caller));
  }

  private void roll(long nanos) {
    long passed = nanos - sinceNanos;
    if (passed < WINDOW_NANOS) {
      return;
    }
    before = passed < 2 * WINDOW_NANOS ? now : new Window();
    now = new Window();
    sinceNanos = nanos;
  }
}
