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
  static final Neighbors NONE = new Neighbors(0, 0, 0, 0);

  /** Items at most. */
  static final int CAPACITY = 64;

  /** The strongest, which make no room for others. */
  private static final int SAFE = CAPACITY / 4;

  private static final int CLAIM_HALF_LIFE_VISITS = 500;
  private static final float KEEP_CLAIM = (float) StrictMath.pow(0.5, 1.0 / CLAIM_HALF_LIFE_VISITS);

  private final long atEvent;
  private final float totalLong;
  private final float totalRecent;
  private final int[] items;
  private final int[] births;
  private final float[] longTerm;
  private final float[] recent;

  /** Weights of visits that fade with the item's own, and what a newcomer took over. */
  private final float[] claims;

  private Neighbors(long atEvent, float totalLong, float totalRecent, int size) {
    this(
        atEvent,
        totalLong,
        totalRecent,
        new int[size],
        new int[size],
        new float[size],
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
      float[] recent,
      float[] claims) {
    this.atEvent = atEvent;
    this.totalLong = totalLong;
    this.totalRecent = totalRecent;
    this.items = items;
    this.births = births;
    this.longTerm = longTerm;
    this.recent = recent;
    this.claims = claims;
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
   */
  Neighbors with(int item, int birth, float weight, long event, float keepLong, float keepRecent) {
    int at = 0;
    while (at < items.length && items[at] != item) {
      at++;
    }
    boolean known = at < items.length;
    int size = known || items.length == CAPACITY ? items.length : items.length + 1;
    Neighbors next =
        new Neighbors(
            event,
            totalLong * keepLong + weight,
            totalRecent * keepRecent + weight,
            Arrays.copyOf(items, size),
            Arrays.copyOf(births, size),
            scaled(longTerm, keepLong, size),
            scaled(recent, keepRecent, size),
            scaled(claims, KEEP_CLAIM, size));
    if (!known) {
      at = size > items.length ? items.length : next.leastClaim();
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
    claims[at] += weight;
  }

  private static float[] scaled(float[] weights, float by, int size) {
    float[] scaled = new float[size];
    for (int i = 0; i < weights.length; i++) {
      scaled[i] = weights[i] * by;
    }
    return scaled;
  }

  /** The place with the least claim among those that are contested. */
  private int leastClaim() {
    long[] byStrength = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      byStrength[i] = (long) Float.floatToRawIntBits(longTerm[i] + recent[i]) << 32 | i;
    }
    long safe = LargestNumbers.kth(byStrength.clone(), items.length, SAFE);
    int least = -1;
    for (int i = 0; i < items.length; i++) {
      if (byStrength[i] < safe && (least < 0 || claims[i] < claims[least])) {
        least = i;
      }
    }
    return least;
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
      out.writeFloat(claims[i]);
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
    Neighbors read = new Neighbors(atEvent, totalLong, totalRecent, size);
    for (int i = 0; i < size; i++) {
      read.items[i] = in.readInt();
      read.births[i] = in.readInt();
      read.longTerm[i] = in.readFloat();
      read.recent[i] = in.readFloat();
      read.claims[i] = in.readFloat();
    }
    return read;
  }
}
