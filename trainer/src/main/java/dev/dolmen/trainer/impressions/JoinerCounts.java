package dev.dolmen.trainer.impressions;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** A number for each {@link Outcome}. Owned by one thread. */
final class JoinerCounts {
  /** Outcomes whose counts are written here. */
  private static final Set<Outcome> WRITTEN = EnumSet.complementOf(EnumSet.of(Outcome.OTHER_VISIT));

  private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);

  JoinerCounts() {
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, 0L);
    }
  }

  void add(Outcome outcome) {
    add(outcome, 1);
  }

  void add(Outcome outcome, long n) {
    counts.merge(outcome, n, Long::sum);
  }

  Map<Outcome, Long> copy() {
    return new EnumMap<>(counts);
  }

  /** Writes a copy. */
  static void write(Map<Outcome, Long> copy, DataOutput out) throws IOException {
    out.writeInt(WRITTEN.size());
    for (Outcome outcome : WRITTEN) {
      out.writeLong(copy.getOrDefault(outcome, 0L));
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException for another number of outcomes, naming both
   */
  void readFrom(DataInput in) throws IOException {
    int n = in.readInt();
    if (n != WRITTEN.size()) {
      throw new IOException("a joiner with " + n + " counts, this version has " + WRITTEN.size());
    }
    for (Outcome outcome : WRITTEN) {
      counts.put(outcome, in.readLong());
    }
  }
}
