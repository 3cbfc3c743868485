package dev.dolmen.trainer.session;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Which items a session's events were about, the one named last at the end: how many steps were
 * about each, at which step of the session the last one was, and whether the visitor dismissed it.
 * A step is numbered in the order of arrival, from 1, so that {@code steps() - lastStep(i)} steps
 * came since. Longer than the history that the model reads, and not read by it. Immutable.
 */
public final class SeenItems {
  /** Of a session of which nothing is known. */
  public static final SeenItems NONE = new SeenItems(0, new int[0]);

  /** Bytes of the heap that a session's take beyond its items: two objects and what names them. */
  static final long BYTES = 64;

  /** Bytes of the heap that an item takes. */
  static final long ITEM_BYTES = 4L * SeenItems.INTS;

  /** Numbers of an item: its index, twice its steps plus 1 if it was dismissed, its last step. */
  private static final int INTS = 3;

  private final int steps;
  private final int[] entries;

  private SeenItems(int steps, int[] entries) {
    this.steps = steps;
    this.entries = entries;
  }

  /** What a session has seen of which no more is known than its last steps. */
  static SeenItems of(SessionHistory history, int maxItems) {
    SeenItems seen = NONE;
    for (int i = 0; i < history.length(); i++) {
      seen = seen.step(history.item(i), maxItems);
    }
    return seen;
  }

  /** With one more step; an item that was dismissed is wanted again. */
  SeenItems step(int item, int maxItems) {
    int at = find(item);
    int count = at < 0 ? 1 : count(at) + 1;
    return with(at, steps + 1, item, 2 * count, steps + 1, maxItems);
  }

  /**
   * With an event that is no step.
   *
   * @param dismissal whether the visitor does not want the item
   */
  SeenItems mention(int item, boolean dismissal, int maxItems) {
    int at = find(item);
    int marked = at < 0 ? 0 : entries[INTS * at + 1];
    int last = at < 0 ? steps : lastStep(at);
    return with(at, steps, item, marked | (dismissal ? 1 : 0), last, maxItems);
  }

  /** Moves an item to the end; a new one takes the place of the first if there are too many. */
  private SeenItems with(int at, int allSteps, int item, int marked, int last, int maxItems) {
    int gone = at >= 0 ? at : size() >= maxItems ? 0 : size();
    int kept = gone < size() ? size() - 1 : size();
    int[] next = new int[INTS * (kept + 1)];
    System.arraycopy(entries, 0, next, 0, INTS * gone);
    if (gone < size()) {
      System.arraycopy(entries, INTS * (gone + 1), next, INTS * gone, INTS * (kept - gone));
    }
    next[INTS * kept] = item;
    next[INTS * kept + 1] = marked;
    next[INTS * kept + 2] = last;
    return new SeenItems(allSteps, next);
  }

  /** The items named last, where fewer are kept now; itself if there are no more. */
  SeenItems last(int maxItems) {
    return size() <= maxItems
        ? this
        : new SeenItems(
            steps, Arrays.copyOfRange(entries, INTS * (size() - maxItems), entries.length));
  }

  /** Place of an item, or -1. */
  public int find(int item) {
    for (int i = size() - 1; i >= 0; i--) {
      if (item(i) == item) {
        return i;
      }
    }
    return -1;
  }

  /** Steps of the session so far. */
  public int steps() {
    return steps;
  }

  /** Distinct items. */
  public int size() {
    return entries.length / INTS;
  }

  /** Catalogue index of an item, which may have been deleted since. */
  public int item(int i) {
    return entries[INTS * i];
  }

  /** Steps about an item; 0 if only other events were. */
  public int count(int i) {
    return entries[INTS * i + 1] >>> 1;
  }

  /** Whether the visitor dismissed an item, with no step about it since. */
  public boolean isDismissed(int i) {
    return (entries[INTS * i + 1] & 1) != 0;
  }

  /** Number of the last step about an item; of one that none was about, of the step before it. */
  public int lastStep(int i) {
    return entries[INTS * i + 2];
  }

  /** Bytes of the heap that these take, about. */
  long bytes() {
    return size() == 0 ? 0 : BYTES + ITEM_BYTES * size();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(steps);
    out.writeShort(size());
    for (int entry : entries) {
      out.writeInt(entry);
    }
  }

  static SeenItems readFrom(DataInput in) throws IOException {
    int steps = in.readInt();
    int[] entries = new int[INTS * in.readUnsignedShort()];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = in.readInt();
    }
    return new SeenItems(steps, entries);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SeenItems other
        && steps == other.steps
        && Arrays.equals(entries, other.entries);
  }

  @Override
  public int hashCode() {
    return 31 * steps + Arrays.hashCode(entries);
  }

  @Override
  public String toString() {
    return steps + " steps " + Arrays.toString(entries);
  }
}
