package dev.dolmen.traffic.drill;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code drill upgrade} is to do besides its turns.
 *
 * @param seconds of clicks before the first turn
 * @param rate clicks a second
 * @param seed source of the clicks
 * @param unvisited items besides the shop's, which nobody clicks
 * @param earlier jars of the version that writes the directory; null for this one
 * @param nextClicks clicks of {@link UpgradeTurn#NEXT_CLICKS}
 * @param nextShare share of them that is predicted before it is learned, above 0 to 1
 */
record UpgradePlan(
    double seconds,
    double rate,
    long seed,
    int unvisited,
    @Nullable Path earlier,
    int nextClicks,
    double nextShare) {
  /** Heap of a server without items besides the shop's, in MiB. */
  private static final int HEAP_MB = 512;

  /** Heap for each item that nobody visits, in KiB: a third of it may hold the catalog. */
  private static final double HEAP_KB_PER_ITEM = 3;

  /** Heap of the servers, in MiB. */
  int heapMb() {
    return HEAP_MB + (int) (unvisited * HEAP_KB_PER_ITEM / 1_024);
  }

  /**
   * Sections of the configuration. Where two versions are compared by the same clicks, scoring is
   * not bounded by time, so that both score the same ones.
   */
  String sections() {
    return nextClicks == 0
        ? ""
        : "training:\n  validation_time: 1\n  validation_share: " + nextShare + "\n";
  }
}
