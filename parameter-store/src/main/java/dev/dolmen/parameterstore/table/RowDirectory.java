package dev.dolmen.parameterstore.table;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows by number, 0 to {@code size() - 1}, in an order that depends on what was admitted and
 * removed only: expiry sweeps and evictions draw by it, and snapshots keep it. Each entry is an
 * address with the number of the row's generation above it. Grows by blocks, never copies. Writer
 * only.
 */
final class RowDirectory {
  private static final int BLOCK_LOG2 = 10;
  private static final int BLOCK = 1 << BLOCK_LOG2;

  private final List<long[]> blocks = new ArrayList<>();
  private int size;

  int size() {
    return size;
  }

  long get(int number) {
    return blocks.get(number >>> BLOCK_LOG2)[number & (BLOCK - 1)];
  }

  void add(long location) {
    if (size == blocks.size() * BLOCK) {
      blocks.add(new long[BLOCK]);
    }
    set(size++, location);
  }

  /** The last row takes the number of the removed one. */
  void remove(int number) {
    set(number, get(size - 1));
    size--;
  }

  private void set(int number, long location) {
    blocks.get(number >>> BLOCK_LOG2)[number & (BLOCK - 1)] = location;
  }

  long memoryBytes() {
    return blocks.size() * (8L * BLOCK + 24);
  }
}
