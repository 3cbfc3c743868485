package dev.dolmen.trainer.validation;

import dev.dolmen.trainer.state.StateRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ranks by the age of the item that came next, from its first click in event time, and by its
 * clicks of late; both as they were before its batch. Owned by one thread.
 */
final class ValidationSlices {
  private static final long NEVER = Long.MIN_VALUE;
  private static final String[] AGES = {
    "first click", "under 1 h", "under 1 d", "under 7 d", "older"
  };
  private static final long[] AGE_MS = {
    TimeUnit.HOURS.toMillis(1), TimeUnit.DAYS.toMillis(1), TimeUnit.DAYS.toMillis(7), Long.MAX_VALUE
  };
  private static final String[] CLICKS = {"under 1", "under 10", "under 100", "under 1000", "more"};
  private static final double[] CLICKS_BELOW = {1, 10, 100, 1_000, Double.POSITIVE_INFINITY};

  private final ComparedRanks[] byAge = slices(AGES.length);
  private final ComparedRanks[] byClicks = slices(CLICKS.length);

  /** Event time of each item's first click, by catalogue index. */
  private long[] firstMs = new long[0];

  private final StateRows rows =
      new StateRows(
          "trainer/first-clicks",
          Long.BYTES,
          (item, out) -> out.writeLong(item < firstMs.length ? firstMs[item] : NEVER),
          this::readRow);

  private static ComparedRanks[] slices(int n) {
    ComparedRanks[] slices = new ComparedRanks[n];
    Arrays.setAll(slices, i -> new ComparedRanks());
    return slices;
  }

  /** An item was clicked. */
  void clicked(int item, long timeMs) {
    reserve(item);
    if (firstMs[item] == NEVER) {
      rows.changing(item);
      firstMs[item] = timeMs;
    }
  }

  private void reserve(int item) {
    if (item >= firstMs.length) {
      int length = firstMs.length;
      firstMs = Arrays.copyOf(firstMs, Math.max(item + 1, length + (length >> 1)));
      Arrays.fill(firstMs, length, firstMs.length, NEVER);
    }
  }

  /** An item was deleted: its index may become another's. */
  void clear(int item) {
    if (item < firstMs.length) {
      rows.changing(item);
      firstMs[item] = NEVER;
    }
  }

  /**
   * Adds a prediction.
   *
   * @param clicks of the item of late
   * @param ranks cut: by the model, by popularity, by neighbours
   */
  void add(int item, long timeMs, double clicks, int... ranks) {
    byAge[age(item, timeMs)].add(ranks[0], ranks[1], ranks[2], 1);
    int slice = 0;
    while (clicks >= CLICKS_BELOW[slice]) {
      slice++;
    }
    byClicks[slice].add(ranks[0], ranks[1], ranks[2], 1);
  }

  private int age(int item, long timeMs) {
    if (item >= firstMs.length || firstMs[item] == NEVER) {
      return 0;
    }
    int slice = 0;
    while (timeMs - firstMs[item] >= AGE_MS[slice]) {
      slice++;
    }
    return 1 + slice;
  }

  /** Slices with predictions in them. */
  List<SliceFigures> figures() {
    List<SliceFigures> figures = new ArrayList<>();
    add(figures, "age", AGES, byAge);
    add(figures, "popularity", CLICKS, byClicks);
    return List.copyOf(figures);
  }

  private static void add(
      List<SliceFigures> figures, String by, String[] names, ComparedRanks[] slices) {
    for (int i = 0; i < names.length; i++) {
      if (slices[i].predictions() > 0) {
        figures.add(new SliceFigures(by, names[i], slices[i].figures(0)));
      }
    }
  }

  void writeTo(DataOutput out) throws IOException {
    writeRanks(out);
    out.writeInt(firstMs.length);
    for (long ms : firstMs) {
      out.writeLong(ms);
    }
  }

  StateRows rows() {
    return rows;
  }

  /** What is not in the rows. */
  void writeRanks(DataOutput out) throws IOException {
    for (ComparedRanks slice : byAge) {
      slice.writeTo(out);
    }
    for (ComparedRanks slice : byClicks) {
      slice.writeTo(out);
    }
  }

  void readRanks(DataInput in) throws IOException {
    for (ComparedRanks slice : byAge) {
      slice.readFrom(in);
    }
    for (ComparedRanks slice : byClicks) {
      slice.readFrom(in);
    }
  }

  private void readRow(int item, DataInput in) throws IOException {
    reserve(item);
    firstMs[item] = in.readLong();
  }

  void readFrom(DataInput in) throws IOException {
    readRanks(in);
    firstMs = new long[in.readInt()];
    for (int i = 0; i < firstMs.length; i++) {
      firstMs[i] = in.readLong();
    }
    rows.reserve(firstMs.length);
  }
}
