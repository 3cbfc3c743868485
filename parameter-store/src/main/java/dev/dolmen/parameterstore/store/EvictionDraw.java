package dev.dolmen.parameterstore.store;

/**
 * Which rows are looked at to find one that makes room. In a slot of up to 64 rows all of them, so
 * that the least recently seen goes; in a larger one 16 drawn at random, so that the one that goes
 * is on average among the least recently seen seventeenth (Redis's approximated LRU; the rank of
 * the lowest of 16 uniform draws has the mean 1/17). Draws depend on the seed, the slot and the
 * number of the eviction only. Between rows seen in the same second the one with fewer occurrences
 * goes, then the one looked at first.
 */
final class EvictionDraw {
  static final int SAMPLES = 16;
  private static final int SMALL_ROWS = 64;

  private EvictionDraw() {}

  /** How many rows are looked at. */
  static int looks(int rows) {
    return rows <= SMALL_ROWS ? rows : SAMPLES;
  }

  /** Number of the row of look {@code i}. */
  static int number(long seed, int slot, long eviction, int i, int rows) {
    return rows <= SMALL_ROWS ? i : SeededBits.draw(seed, slot, eviction, i, rows);
  }
}
