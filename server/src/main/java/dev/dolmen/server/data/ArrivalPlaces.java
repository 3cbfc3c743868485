package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.openhft.hashing.LongHashFunction;

/**
 * Before which click of a history each item comes into the catalogue: the one place that decides it
 * for every command that learns from files.
 *
 * <p>An item whose metadata says when it was born (a slot of kind age; the earliest of several)
 * arrives then. Of any other one the lead before its first click is drawn: exponential, with the
 * mean distance between two of its clicks from the first to the end, as the waiting time until the
 * first click is if clicks on it are a Poisson process from its birth on. Nothing is known of an
 * item that is never clicked: it arrives at any moment, all equally likely. What would arrive
 * before the first click of all is there from the beginning.
 *
 * <p>In no case does an item arrive within {@link #leadClicks} clicks before its own first one,
 * which is a batch: in a catalogue that grows by an item in the very batch in which it is clicked,
 * having come just now gives the target away. One thread.
 */
public final class ArrivalPlaces {
  /** Clicks of which one's time is kept: a birth is placed at the next of these. */
  private static final int TIMES_EVERY = 64;

  private static final double UNIT = 0x1p-53;

  private final int leadClicks;
  private final LongHashFunction draw;
  private final List<String> births;
  private final Map<String, long[]> clicked = new HashMap<>();
  private long[] times = new long[64];
  private long clicks;
  private long latestMs = Long.MIN_VALUE;

  /**
   * Nothing is clicked yet.
   *
   * @param schema says which slots are births
   * @param realTimes whether clicks have times that births can be compared with
   * @param leadClicks clicks of a batch at most, 1 or more
   * @param seed of the leads that are drawn
   */
  public ArrivalPlaces(Schema schema, boolean realTimes, int leadClicks, long seed) {
    if (leadClicks < 1) {
      throw new IllegalArgumentException("leadClicks: " + leadClicks + ", expected 1 or more");
    }
    this.leadClicks = leadClicks;
    draw = LongHashFunction.xx(seed);
    births =
        schema.slots().stream()
            .filter(s -> realTimes && s.kind() == SlotKind.AGE)
            .map(Slot::name)
            .toList();
  }

  /** Clicks before its first one within which no item arrives. */
  public int leadClicks() {
    return leadClicks;
  }

  /** The next click, in the order in which they are learned. */
  public void click(String item, long timeMs) {
    latestMs = Math.max(latestMs, timeMs);
    if (clicks % TIMES_EVERY == 0) {
      int place = (int) (clicks / TIMES_EVERY);
      if (place == times.length) {
        times = Arrays.copyOf(times, 2 * place);
      }
      times[place] = latestMs;
    }
    clicked.computeIfAbsent(item, id -> new long[] {clicks, 0})[1]++;
    clicks++;
  }

  /** Clicks taken so far. */
  public long clicks() {
    return clicks;
  }

  /**
   * Before which click the item arrives, when all clicks have been taken.
   *
   * @return 0, from the beginning, to {@link #clicks}, after all
   */
  public long of(Item item) {
    long[] own = clicked.get(item.getItemId());
    long latest = own == null ? clicks : Math.max(0, own[0] - leadClicks);
    long born = birthMs(item);
    if (born != Long.MAX_VALUE) {
      return Math.min(latest, placeOf(born));
    }
    double uniform = uniform(item.getItemId());
    if (own == null) {
      return (long) (uniform * clicks);
    }
    double meanGap = (double) (clicks - own[0]) / own[1];
    return (long) Math.max(0, latest + meanGap * Math.log1p(-uniform));
  }

  /**
   * Refuses an arrival that gives a click away.
   *
   * @param place before which click the item arrives
   * @throws IllegalStateException if that is after its first click, or within a batch before it
   */
  public void check(Item item, long place) {
    long[] own = clicked.get(item.getItemId());
    if (own != null && place > Math.max(0, own[0] - leadClicks)) {
      throw new IllegalStateException(
          "item \""
              + item.getItemId()
              + "\" arrives before click "
              + place
              + ", its first one is "
              + own[0]
              + ": expected "
              + leadClicks
              + " clicks between them at least, a batch");
    }
  }

  /** The earliest of its births, milliseconds since 1970; the largest number if none is known. */
  private long birthMs(Item item) {
    long born = Long.MAX_VALUE;
    for (String slot : births) {
      SlotValue value = item.getSlotsMap().get(slot);
      if (value != null) {
        born = Math.min(born, Math.round(1_000 * value.getNumber()));
      }
    }
    return born;
  }

  /** The first click at or after a time, or up to {@link #TIMES_EVERY} clicks later. */
  private long placeOf(long timeMs) {
    int kept = (int) ((clicks + TIMES_EVERY - 1) / TIMES_EVERY);
    int low = 0;
    int high = kept;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] >= timeMs) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == kept ? clicks : (long) low * TIMES_EVERY;
  }

  /** From 0 to below 1, of the item alone: whatever else is there. */
  private double uniform(String item) {
    return (draw.hashBytes(item.getBytes(StandardCharsets.UTF_8)) >>> 11) * UNIT;
  }
}
