package dev.dolmen.trainer.sync;

import dev.dolmen.v1.BatchEnd;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the last batches ended, so that those elsewhere can cut the log into the same ones. As many
 * are remembered as a base tells of. Owned by the training thread.
 */
final class BatchEnds {
  /** 50 a second for twenty minutes. */
  private static final int REMEMBERED = 60_000;

  private final ArrayDeque<Sync.End> ends = new ArrayDeque<>();

  /** The next batch has ended there; after one that is not the next, those before are forgotten. */
  void add(Sync.End end) {
    if (!ends.isEmpty() && end.number() != last() + 1) {
      ends.clear(); // A base counts back from its last: there must be no gap.
    }
    if (ends.size() == REMEMBERED) {
      ends.removeFirst();
    }
    ends.addLast(end);
  }

  /**
   * Those of batches after {@code number}, in order.
   *
   * @throws IllegalStateException if some of them are not remembered any more
   */
  List<BatchEnd> after(long number) {
    List<BatchEnd> after = new ArrayList<>();
    long offset = 0;
    for (Sync.End end : ends) {
      if (end.number() > number) {
        after.add(
            BatchEnd.newBuilder()
                .setLogOffsetMore(end.logOffset() - offset)
                .setEventTimeMs(end.eventTimeMs())
                .build());
        offset = end.logOffset();
      }
    }
    return after;
  }

  /** The number of the last batch, or 0. */
  long last() {
    return ends.isEmpty() ? 0 : ends.getLast().number();
  }

  /** Whether all batches after {@code number} are remembered. */
  boolean hasAllAfter(long number) {
    return ends.isEmpty() || ends.getFirst().number() <= number + 1;
  }
}
