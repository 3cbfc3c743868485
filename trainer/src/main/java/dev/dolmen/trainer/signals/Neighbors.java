package dev.dolmen.trainer.signals;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The items visited together with one item, in no order, as of one event; immutable, so that
 * readers need no lock and a snapshot is a copy of references.
 */
final class Neighbors {
  static final Neighbors NONE = new Neighbors(0, 0, 0, 0);

  private final long atEvent;
  private final float totalLong;
  private final float totalRecent;
  private final int[] items;
  private final int[] births;
  private final float[] longTerm;
  private final float[] recent;

  private Neighbors(long atEvent, float totalLong, float totalRecent, int size) {
    this(
        atEvent,
        totalLong,
        totalRecent,
        new int[size],
        new int[size],
        new float[size],
        new float[size]);
  }

  private Neighbors(
      long atEvent,
      float totalLong,
      float totalRecent,
      int[] items,
      int[] births,
      float[] longTerm,
      float[] recent) {
    this.atEvent = atEvent;
    this.totalLong = totalLong;
    this.totalRecent = totalRecent;
    this.items = items;
    this.births = births;
    this.longTerm = longTerm;
    this.recent = recent;
  }

  /** Events of all sessions when it was made: weights decay from there. */
  long atEvent() {
    return atEvent;
  }

  /** Weight of all visits with the long half-life, the forgotten ones too. */
  float totalLong() {
    return totalLong;
  }

  /** Weight of all visits with the short half-life, the forgotten ones too. */
  float totalRecent() {
    return totalRecent;
  }

  int size() {
    return items.length;
  }

  /** Index of a neighbour in the catalogue. */
  int item(int place) {
    return items[place];
  }

  /** How often its place in the catalogue had been given away. */
  int birth(int place) {
    return births[place];
  }

  /** Its weight with the long half-life. */
  float longTerm(int place) {
    return longTerm[place];
  }

  /** Its weight with the short half-life. */
  float recent(int place) {
    return recent[place];
  }

  /**
   * With one more visit.
   *
   * @param event its number
   * @param keepLong what is left of a weight since {@link #atEvent}, by half-life
   * @param capacity items at most: the one of the least weight makes room
   */
  Neighbors with(
      int item,
      int birth,
      float weight,
      long event,
      float keepLong,
      float keepRecent,
      int capacity) {
    int at = 0;
    while (at < items.length && items[at] != item) {
      at++;
    }
    boolean known = at < items.length;
    int size = known || items.length == capacity ? items.length : items.length + 1;
    Neighbors next =
        new Neighbors(
            event,
            totalLong * keepLong + weight,
            totalRecent * keepRecent + weight,
            Arrays.copyOf(items, size),
            Arrays.copyOf(births, size),
            scaled(longTerm, keepLong, size),
            scaled(recent, keepRecent, size));
    if (!known) {
      at = size > items.length ? items.length : next.lightest();
    }
    next.put(at, item, birth, weight, known && births[at] == birth);
    return next;
  }

  /** Only while it is being made. */
  private void put(int at, int item, int birth, float weight, boolean more) {
    items[at] = item;
    births[at] = birth;
    longTerm[at] = (more ? longTerm[at] : 0) + weight;
    recent[at] = (more ? recent[at] : 0) + weight;
  }

  private static float[] scaled(float[] weights, float by, int size) {
    float[] scaled = new float[size];
    for (int i = 0; i < weights.length; i++) {
      scaled[i] = weights[i] * by;
    }
    return scaled;
  }

  private int lightest() {
    int lightest = 0;
    for (int i = 1; i < items.length; i++) {
      if (longTerm[i] + recent[i] < longTerm[lightest] + recent[lightest]) {
        lightest = i;
      }
    }
    return lightest;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(atEvent);
    out.writeFloat(totalLong);
    out.writeFloat(totalRecent);
    out.writeInt(items.length);
    for (int i = 0; i < items.length; i++) {
      out.writeInt(items[i]);
      out.writeInt(births[i]);
      out.writeFloat(longTerm[i]);
      out.writeFloat(recent[i]);
    }
  }

  static Neighbors readFrom(DataInput in, int capacity) throws IOException {
    long atEvent = in.readLong();
    float totalLong = in.readFloat();
    float totalRecent = in.readFloat();
    int size = in.readInt();
    if (size < 0 || size > capacity) {
      throw new IOException("co-visits: " + size + " neighbours, expected 0 to " + capacity);
    }
    Neighbors read = new Neighbors(atEvent, totalLong, totalRecent, size);
    for (int i = 0; i < size; i++) {
      read.items[i] = in.readInt();
      read.births[i] = in.readInt();
      read.longTerm[i] = in.readFloat();
      read.recent[i] = in.readFloat();
    }
    return read;
  }
}
