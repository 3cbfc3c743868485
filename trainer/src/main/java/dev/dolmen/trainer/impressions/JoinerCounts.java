package dev.dolmen.trainer.impressions;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** A number for each {@link Outcome}. Owned by one thread. */
final class JoinerCounts {
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
    out.writeInt(copy.size());
    for (Outcome outcome : Outcome.values()) {
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
    if (n != counts.size()) {
      throw new IOException("a joiner with " + n + " counts, this version has " + counts.size());
    }
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, in.readLong());
    }
  }
}
