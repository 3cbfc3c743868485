package dev.dolmen.trainer.signals;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The items visited together with one item, in no order, as of one event; immutable, so that
 * readers need no lock and a snapshot is a copy of references.
 *
 * <p>Who makes room in a full list is a matter of its places, and not of strength: a newcomer
 * begins with the claim to a place that the item before it had, as in SpaceSaving (Metwally et al.,
 * "Efficient computation of frequent and top-k elements in data streams", ICDT 2005), so that the
 * next newcomer replaces another. Otherwise one place would be all that new items have, each for as
 * long as it takes until the next one comes. The claim says nothing of how often the item was
 * visited, and no strength is read from it: weights are of the visits seen since the item came, too
 * low by those before it. Claims fade with the item's own visits, however busy the rest is: an item
 * in more than one of 48 visits in some {@value #CLAIM_HALF_LIFE_VISITS} stays. The strongest
 * {@value #SAFE} have their place for certain: where visits are spread over far more items than
 * there are places, there would be no strength at all if all of them changed hands.
 */
final class Neighbors {
  static final Neighbors NONE = new Neighbors(0, 0, 0, new int[0]);

  /** Items at most. */
  static final int CAPACITY = 64;

  /** Of the heap, besides its numbers: the object and its array's head. */
  private static final int OBJECT_BYTES = 48;

  /** The strongest, which make no room for others. */
  private static final int SAFE = CAPACITY / 4;

  private static final int CLAIM_HALF_LIFE_VISITS = 500;
  private static final float KEEP_CLAIM = (float) StrictMath.pow(0.5, 1.0 / CLAIM_HALF_LIFE_VISITS);

  /** Numbers of a neighbor: item, birth, the bits of its weights and of its claim. */
  private static final int INTS = 5;

  private static final int BIRTH = 1;
  private static final int LONG_TERM = 2;
  private static final int RECENT = 3;

  /** The weight of visits that fade with the item's own, and what a newcomer took over. */
  private static final int CLAIM = 4;

  /** Of the heap at most. */
  static final long BYTES_MAX = OBJECT_BYTES + (long) Integer.BYTES * INTS * CAPACITY;

  private final long atEvent;
  private final float totalLong;
  private final float totalRecent;

  /** [size, INTS]; never written to. */
  private final int[] all;

  private Neighbors(long atEvent, float totalLong, float totalRecent, int[] all) {
    this.atEvent = atEvent;
    this.totalLong = totalLong;
    this.totalRecent = totalRecent;
    this.all = all;
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
    return all.length / INTS;
  }

  /** Index of a neighbour in the catalogue. */
  int item(int place) {
    return all[INTS * place];
  }

  /** How often its place in the catalogue had been given away. */
  int birth(int place) {
    return all[INTS * place + BIRTH];
  }

  /** Its weight with the long half-life. */
  float longTerm(int place) {
    return number(place, LONG_TERM);
  }

  /** Its weight with the short half-life. */
  float recent(int place) {
    return number(place, RECENT);
  }

  private float number(int place, int which) {
    return number(all, place, which);
  }

  private static float number(int[] all, int place, int which) {
    return Float.intBitsToFloat(all[INTS * place + which]);
  }

  /** Bytes of the heap that it takes. */
  long bytes() {
    return all.length == 0 ? 0 : OBJECT_BYTES + (long) Integer.BYTES * all.length;
  }

  /** Visits of one event that are counted one after the other; reused. */
  static final class Visits {
    private int[] items = new int[8];
    private int[] births = new int[8];
    private float[] weights = new float[8];
    private int size;

    void clear() {
      size = 0;
    }

    void add(int item, int birth, float weight) {
      if (size == items.length) {
        items = Arrays.copyOf(items, 2 * size);
        births = Arrays.copyOf(births, 2 * size);
        weights = Arrays.copyOf(weights, 2 * size);
      }
      items[size] = item;
      births[size] = birth;
      weights[size++] = weight;
    }
  }

  /**
   * With visits of one event, as if each had been added by itself, in one copy.
   *
   * @param event its number
   * @param keepLong what is left of a weight since {@link #atEvent}, by half-life
   */
  Neighbors with(Visits visits, long event, float keepLong, float keepRecent) {
    int size = size();
    int[] next = Arrays.copyOf(all, INTS * Math.min(CAPACITY, size + visits.size));
    float sumLong = totalLong * keepLong;
    float sumRecent = totalRecent * keepRecent;
    fade(next, size, keepLong, keepRecent);
    for (int v = 0; v < visits.size; v++) {
      float weight = visits.weights[v];
      int birth = visits.births[v];
      sumLong += weight;
      sumRecent += weight;
      fadeClaims(next, size);
      int at = place(next, size, visits.items[v]);
      boolean known = at < size;
      if (!known) {
        at = size == CAPACITY ? leastClaim(next) : size++;
      }
      boolean more = known && next[INTS * at + BIRTH] == birth;
      put(next, at, visits.items[v], birth, weight, more);
    }
    int[] used = next.length == INTS * size ? next : Arrays.copyOf(next, INTS * size);
    return new Neighbors(event, sumLong, sumRecent, used);
  }

  private static int place(int[] all, int size, int item) {
    int at = 0;
    while (at < size && all[INTS * at] != item) {
      at++;
    }
    return at;
  }

  private static void fade(int[] all, int size, float keepLong, float keepRecent) {
    for (int at = 0; at < INTS * size; at += INTS) {
      multiply(all, at + LONG_TERM, keepLong);
      multiply(all, at + RECENT, keepRecent);
    }
  }

  private static void fadeClaims(int[] all, int size) {
    for (int at = 0; at < INTS * size; at += INTS) {
      multiply(all, at + CLAIM, KEEP_CLAIM);
    }
  }

  private static void multiply(int[] all, int at, float by) {
    all[at] = Float.floatToRawIntBits(Float.intBitsToFloat(all[at]) * by);
  }

  private static void put(int[] all, int at, int item, int birth, float weight, boolean more) {
    int first = INTS * at;
    all[first] = item;
    all[first + BIRTH] = birth;
    add(all, first + LONG_TERM, more, weight);
    add(all, first + RECENT, more, weight);
    add(all, first + CLAIM, true, weight);
  }

  private static void add(int[] all, int at, boolean more, float weight) {
    all[at] = Float.floatToRawIntBits((more ? Float.intBitsToFloat(all[at]) : 0) + weight);
  }

  /** The place with the least claim among those of a full list that are contested. */
  private static int leastClaim(int[] all) {
    long[] byStrength = new long[CAPACITY];
    for (int i = 0; i < CAPACITY; i++) {
      float strength = number(all, i, LONG_TERM) + number(all, i, RECENT);
      byStrength[i] = (long) Float.floatToRawIntBits(strength) << 32 | i;
    }
    long safe = LargestNumbers.kth(byStrength.clone(), CAPACITY, SAFE);
    int least = -1;
    for (int i = 0; i < CAPACITY; i++) {
      if (byStrength[i] < safe
          && (least < 0 || number(all, i, CLAIM) < number(all, least, CLAIM))) {
        least = i;
      }
    }
    return least;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(atEvent);
    out.writeFloat(totalLong);
    out.writeFloat(totalRecent);
    out.writeInt(size());
    for (int number : all) {
      out.writeInt(number);
    }
  }

  static Neighbors readFrom(DataInput in) throws IOException {
    long atEvent = in.readLong();
    float totalLong = in.readFloat();
    float totalRecent = in.readFloat();
    int size = in.readInt();
    if (size < 0 || size > CAPACITY) {
      throw new IOException("co-visits: " + size + " neighbours, expected 0 to " + CAPACITY);
    }
    int[] read = new int[INTS * size];
    for (int i = 0; i < read.length; i++) {
      read[i] = in.readInt();
    }
    return new Neighbors(atEvent, totalLong, totalRecent, read);
  }
}
