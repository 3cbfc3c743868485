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

  /** [size, INTS]; only written to while it is being made. */
  private final int[] all;

  private Neighbors(long atEvent, float totalLong, float totalRecent, int size) {
    this(atEvent, totalLong, totalRecent, new int[INTS * size]);
  }

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

  private float claim(int place) {
    return number(place, CLAIM);
  }

  private float number(int place, int which) {
    return Float.intBitsToFloat(all[INTS * place + which]);
  }

  private void set(int place, int which, float number) {
    all[INTS * place + which] = Float.floatToRawIntBits(number);
  }

  /** Bytes of the heap that it takes. */
  long bytes() {
    return all.length == 0 ? 0 : OBJECT_BYTES + (long) Integer.BYTES * all.length;
  }

  /**
   * With one more visit.
   *
   * @param event its number
   * @param keepLong what is left of a weight since {@link #atEvent}, by half-life
   */
  Neighbors with(int item, int birth, float weight, long event, float keepLong, float keepRecent) {
    int before = size();
    int at = 0;
    while (at < before && item(at) != item) {
      at++;
    }
    boolean known = at < before;
    int size = known || before == CAPACITY ? before : before + 1;
    Neighbors next =
        new Neighbors(
            event,
            totalLong * keepLong + weight,
            totalRecent * keepRecent + weight,
            Arrays.copyOf(all, INTS * size));
    next.fade(before, keepLong, keepRecent);
    if (!known) {
      at = size > before ? before : next.leastClaim();
    }
    next.put(at, item, birth, weight, known && birth(at) == birth);
    return next;
  }

  private void fade(int size, float keepLong, float keepRecent) {
    for (int i = 0; i < size; i++) {
      set(i, LONG_TERM, longTerm(i) * keepLong);
      set(i, RECENT, recent(i) * keepRecent);
      set(i, CLAIM, claim(i) * KEEP_CLAIM);
    }
  }

  private void put(int at, int item, int birth, float weight, boolean more) {
    all[INTS * at] = item;
    all[INTS * at + BIRTH] = birth;
    set(at, LONG_TERM, (more ? longTerm(at) : 0) + weight);
    set(at, RECENT, (more ? recent(at) : 0) + weight);
    set(at, CLAIM, claim(at) + weight);
  }

  /** The place with the least claim among those that are contested. */
  private int leastClaim() {
    long[] byStrength = new long[size()];
    for (int i = 0; i < byStrength.length; i++) {
      byStrength[i] = (long) Float.floatToRawIntBits(longTerm(i) + recent(i)) << 32 | i;
    }
    long safe = LargestNumbers.kth(byStrength.clone(), byStrength.length, SAFE);
    int least = -1;
    for (int i = 0; i < byStrength.length; i++) {
      if (byStrength[i] < safe && (least < 0 || claim(i) < claim(least))) {
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
    Neighbors read = new Neighbors(atEvent, totalLong, totalRecent, size);
    for (int i = 0; i < read.all.length; i++) {
      read.all[i] = in.readInt();
    }
    return read;
  }
}
