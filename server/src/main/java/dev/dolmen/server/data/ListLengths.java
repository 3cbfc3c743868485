package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.Slot;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many numbers the lists of a column have, and so whether they are vectors: nine in ten or more
 * have one length. The others are then bad values of single lines, as there are in any file.
 */
final class ListLengths {
  private static final double SHARE_MIN = 0.9;

  /** Lengths that are counted apart: a column with more of them has no length of its own. */
  private static final int LENGTHS_MAX = 64;

  private final Map<Integer, Long> counts = new TreeMap<>();
  private long lists;
  private int min = Integer.MAX_VALUE;
  private int max;

  /** Counts a list that has numbers. */
  void add(int length) {
    lists++;
    min = Math.min(min, length);
    max = Math.max(max, length);
    if (counts.size() < LENGTHS_MAX || counts.containsKey(length)) {
      counts.merge(length, 1L, Long::sum);
    }
  }

  /** Numbers of the vectors that the lists are; 0 if they are none that a slot can have. */
  int dimension() {
    for (Map.Entry<Integer, Long> length : counts.entrySet()) {
      if (length.getValue() >= SHARE_MIN * lists && Slot.DIMENSION.contains(length.getKey())) {
        return length.getKey();
      }
    }
    return 0;
  }

  /** The shortest and the longest, in words. */
  String words() {
    return min == max ? min + " numbers each" : min + " to " + max + " numbers";
  }
}
