package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntToDoubleFunction;

/**
 * How often each item was clicked of late: exact counts by item index that halve with every {@code
 * halfLifeEvents} clicks of any item.
 *
 * <p>Forward decay (Cormode et al., ICDE 2009): instead of shrinking all counts, each click weighs
 * more than the one before; now and then everything is scaled back. StrictMath keeps it the same on
 * every machine. The baselines' {@link dev.dolmen.trainer.baseline.ForwardDecay} is the same idea
 * with other arithmetic: floats, a power for each click, and landmarks, so that a sum is scaled
 * only when it is looked at. Here a click multiplies by one constant, and the doubles that come of
 * it are part of the snapshot: computed the other way, no older snapshot would go on to the same
 * bits.
 */
public final class ClickCounts implements StreamPart {
  private static final double RESCALE_AT = 0x1p300;

  /**
   * Shape of the distribution from which items have their rates of clicks: so many clicks weigh as
   * much as what is known beforehand.
   */
  static final double SHAPE = 1;

  private final double growth;
  private final boolean priors;
  private double[] counts = new double[16];
  private double unit = 1;
  private double total;

  /** Weight of all clicks so far, and what it was when each item came. */
  private double events;

  private double[] eventsAtBirth = new double[16];
  private int items;

  /**
   * Counts nothing yet.
   *
   * @param priors whether items have a {@link #prior}; 0 for all otherwise
   */
  public ClickCounts(long halfLifeEvents, boolean priors) {
    this.priors = priors;
    growth = StrictMath.pow(2, 1.0 / halfLifeEvents);
  }

  /** Counts a click on an item. */
  public void add(int item) {
    if (item >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(item + 1, counts.length + (counts.length >> 1)));
    }
    unit *= growth;
    counts[item] += unit;
    total += unit;
    events += unit;
    if (unit > RESCALE_AT) {
      rescale();
    }
  }

  private void rescale() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= RESCALE_AT;
    }
    for (int i = 0; i < eventsAtBirth.length; i++) {
      eventsAtBirth[i] /= RESCALE_AT;
    }
    total /= RESCALE_AT;
    events /= RESCALE_AT;
    unit /= RESCALE_AT;
  }

  @Override
  public void clicked(StreamClick click) {
    add(click.item());
  }

  @Override
  public void added(int item) {
    if (item >= eventsAtBirth.length) {
      int room = Math.max(item + 1, eventsAtBirth.length + (eventsAtBirth.length >> 1));
      eventsAtBirth = Arrays.copyOf(eventsAtBirth, room);
    }
    eventsAtBirth[item] = events;
    items++;
  }

  @Override
  public void deleted(int item) {
    clear(item);
    items--;
  }

  /** Forgets an item. */
  public void clear(int item) {
    if (item < counts.length) {
      total -= counts[item];
      counts[item] = 0;
    }
  }

  /** Decayed count of an item, on a scale that all items share at one moment. */
  public double count(int item) {
    return item < counts.length ? counts[item] : 0;
  }

  /** Clicks on an item, those of long ago counting less. */
  public double clicks(int item) {
    return count(item) / unit;
  }

  /**
   * Clicks on any item since this one came, those of long ago counting less; of all so far for one
   * that was not added.
   */
  public double exposure(int item) {
    return (events - (item < eventsAtBirth.length ? eventsAtBirth[item] : 0)) / unit;
  }

  /** Clicks on all items, those of long ago counting less. */
  public double allClicks() {
    return total / unit;
  }

  /** Clicks that an item had on the mean since this one came, those of long ago counting less. */
  public double meanClicks(int item) {
    return items == 0 ? 0 : exposure(item) / items;
  }

  /**
   * How much more often than the mean item this one is clicked, as far as is known, as a natural
   * logarithm: {@code log((c + a) / (E / N + a))} for c clicks on it among E on any of N items
   * since it came, those of long ago counting less. 0 for an item that has just come, as for one
   * that a request brings along; below 0 for one that stays behind the mean.
   *
   * <p>Clicks on an item are taken as Poisson, with a rate for each click on any that comes from a
   * gamma distribution of shape a and mean 1 / N; this is the mean of what is then known of the
   * rate, times N (gamma-Poisson, as in empirical Bayes: Robbins, 1956; Casella, 1985).
   */
  public float prior(int item) {
    return priors ? (float) StrictMath.log((clicks(item) + SHAPE) / (meanClicks(item) + SHAPE)) : 0;
  }

  /** Share of an item in all clicks, 0 to 1. */
  public double share(int item) {
    return total > 0 ? Math.clamp(count(item) / total, 0, 1) : 0;
  }

  /**
   * The largest counts above 0 in descending order.
   *
   * @param out overwritten; filled up with 0
   */
  public void largest(double[] out) {
    Arrays.fill(out, 0);
    int last = out.length - 1;
    for (double count : counts) {
      if (count > out[last]) {
        int at = last;
        while (at > 0 && out[at - 1] < count) {
          out[at] = out[at - 1];
          at--;
        }
        out[at] = count;
      }
    }
  }

  /** The items with the largest counts above 0, at most {@code maxItems}, in descending order. */
  public int[] mostClicked(int maxItems) {
    return mostClicked(maxItems, this::count);
  }

  /**
   * The same by what their clicks are worth.
   *
   * @param worth of an item; 0 for one that has no clicks
   */
  public int[] mostClicked(int maxItems, IntToDoubleFunction worth) {
    PriorityQueue<Integer> smallestFirst =
        new PriorityQueue<>(Comparator.comparingDouble(worth::applyAsDouble));
    for (int item = 0; item < counts.length; item++) {
      boolean room = smallestFirst.size() < maxItems;
      double own = counts[item] > 0 ? worth.applyAsDouble(item) : 0;
      if (own > 0 && (room || own > worth.applyAsDouble(smallestFirst.element()))) {
        smallestFirst.add(item);
        if (!room) {
          smallestFirst.remove();
        }
      }
    }
    int[] items = new int[smallestFirst.size()];
    for (int i = items.length - 1; i >= 0; i--) {
      items[i] = smallestFirst.remove();
    }
    return items;
  }

  /** Writes the whole state. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now. */
  @Override
  public StateCopy copy() {
    double unitNow = unit;
    double totalNow = total;
    double eventsNow = events;
    int itemsNow = items;
    double[] birthsNow = eventsAtBirth.clone();
    int n = counts.length;
    while (n > 0 && counts[n - 1] == 0) {
      n--;
    }
    double[] countsNow = Arrays.copyOf(counts, n);
    return out -> {
      out.writeDouble(unitNow);
      out.writeDouble(totalNow);
      out.writeInt(countsNow.length);
      for (double count : countsNow) {
        out.writeDouble(count);
      }
      out.writeDouble(eventsNow);
      out.writeInt(itemsNow);
      out.writeInt(birthsNow.length);
      for (double birth : birthsNow) {
        out.writeDouble(birth);
      }
    };
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    unit = in.readDouble();
    total = in.readDouble();
    int n = in.readInt();
    counts = new double[Math.max(16, n)];
    for (int i = 0; i < n; i++) {
      counts[i] = in.readDouble();
    }
    events = in.readDouble();
    items = in.readInt();
    eventsAtBirth = new double[in.readInt()];
    for (int i = 0; i < eventsAtBirth.length; i++) {
      eventsAtBirth[i] = in.readDouble();
    }
  }
}
