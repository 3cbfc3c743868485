package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How often each item was clicked of late: exact counts by item index that halve with every {@code
 * halfLifeEvents} clicks of any item.
 */
public final class ClickCounts implements StreamPart {
  private static final String SECTION = "trainer/clicks";
  private static final String TARGET_SECTION = "trainer/target-clicks";

  private final boolean priors;
  private final IntSupplier items;
  private final @Nullable LoneClicks lone;
  private final PriorShape shape;
  private final DecayedCounts counts;
  private final LeadingItems leading;

  /** Weight of all clicks so far, and what it was when each item came. */
  private double events;

  private double[] eventsAtBirth = new double[16];
  private final StateRows rows;

  /**
   * Counts nothing yet.
   *
   * @param priors whether items have a {@link #prior}; 0 for all otherwise
   * @param items how many can be clicked now
   */
  public ClickCounts(long halfLifeEvents, boolean priors, IntSupplier items) {
    this(SECTION, halfLifeEvents, priors, items, null, new PriorShape());
  }

  /**
   * Counts nothing yet.
   *
   * @param lone told of the same clicks; what bounds the {@link #worth} of an item's clicks
   * @param shape that of the distribution from which items have their rates
   */
  public ClickCounts(
      long halfLifeEvents, boolean priors, IntSupplier items, LoneClicks lone, PriorShape shape) {
    this(SECTION, halfLifeEvents, priors, items, lone, shape);
  }

  /** Counts nothing yet, as targets of predictions: a part of its own, without priors. */
  public static ClickCounts ofTargets(long halfLifeEvents, IntSupplier items) {
    return new ClickCounts(TARGET_SECTION, halfLifeEvents, false, items, null, new PriorShape());
  }

  private ClickCounts(
      String section,
      long halfLifeEvents,
      boolean priors,
      IntSupplier items,
      @Nullable LoneClicks lone,
      PriorShape shape) {
    this.shape = shape;
    this.priors = priors;
    this.items = items;
    this.lone = lone;
    counts = new DecayedCounts(halfLifeEvents);
    leading = new LeadingItems(counts);
    rows = new StateRows(section, 2 * Double.BYTES, this::writeRow, this::readRow);
  }

  /** Counts a click on an item. */
  public void add(int item) {
    counts.event();
    rows.changing(item);
    counts.add(item, counts.unit());
    leading.counted(item);
    events += counts.unit();
    if (counts.rescales()) {
      rows.changingAll();
    }
    double by = counts.end();
    if (by > 1) {
      leading.rescaled(by);
      events /= by;
      for (int i = 0; i < eventsAtBirth.length; i++) {
        eventsAtBirth[i] /= by;
      }
    }
  }

  @Override
  public void clicked(StreamClick click) {
    add(click.item());
  }

  @Override
  public void added(int item) {
    rows.changing(item);
    putBirth(item, events);
  }

  private void putBirth(int item, double eventsThen) {
    if (item >= eventsAtBirth.length) {
      int room = Math.max(item + 1, eventsAtBirth.length + (eventsAtBirth.length >> 1));
      eventsAtBirth = Arrays.copyOf(eventsAtBirth, room);
    }
    eventsAtBirth[item] = eventsThen;
  }

  @Override
  public void deleted(int item) {
    clear(item);
  }

  /** Forgets an item. */
  public void clear(int item) {
    rows.changing(item);
    counts.clear(item);
  }

  /** Decayed count of an item, on a scale that all items share at one moment. */
  public double count(int item) {
    return counts.count(item);
  }

  /** Clicks on an item, those of long ago counting less. */
  public double clicks(int item) {
    return count(item) / counts.unit();
  }

  /**
   * What the clicks on an item are worth, where visits of one click each may have put them up: at
   * most {@link #clicks}.
   */
  public double worth(int item) {
    return lone == null ? clicks(item) : lone.worth(item, this);
  }

  /**
   * Clicks on any item since this one came, those of long ago counting less; of all so far for one
   * that was not added.
   */
  public double exposure(int item) {
    double before = item < eventsAtBirth.length ? eventsAtBirth[item] : 0;
    return (events - before) / counts.unit();
  }

  /** Clicks on all items, those of long ago counting less. */
  public double allClicks() {
    return counts.total() / counts.unit();
  }

  /** Clicks that an item had on the mean since this one came, those of long ago counting less. */
  public double meanClicks(int item) {
    int all = items.getAsInt();
    return all == 0 ? 0 : exposure(item) / all;
  }

  /**
   * How much more often than the mean item this one is clicked, as far as is known, as a natural
   * logarithm: {@code log((c + a) / (E / N + a))} for clicks on it that are {@link #worth} c among
   * E on any of N items since it came, those of long ago counting less. 0 for an item that has just
   * come, as for one that a request brings along; below 0 for one that stays behind the mean.
   *
   * <p>Clicks on an item are taken as Poisson, with a rate for each click on any that comes from a
   * gamma distribution of shape a and mean 1 / N; this is the mean of what is then known of the
   * rate, times N (gamma-Poisson, as in empirical Bayes: Robbins, 1956; Casella, 1985). So many
   * clicks as the shape weigh as much as what is known beforehand; it is the {@link PriorShape} of
   * the stream.
   */
  public float prior(int item) {
    return priors ? (float) shape.prior(worth(item), meanClicks(item)) : 0;
  }

  /**
   * How little is known of how often an item is clicked: the variance of the logarithm whose mean
   * rate is the {@link #prior}. The fewer clicks, the larger; large for an item that has just come,
   * as for one that is not in the catalogue. 0 without priors. Any thread, of a moment or two.
   *
   * @param item negative for one that is not there
   */
  public double variance(int item) {
    return priors ? shape.variance(item < 0 ? 0 : Math.max(0, worth(item))) : 0;
  }

  /** Share of an item in all clicks, 0 to 1. */
  public double share(int item) {
    return counts.total() > 0 ? Math.clamp(count(item) / counts.total(), 0, 1) : 0;
  }

  /**
   * The largest counts above 0 in descending order.
   *
   * @param out overwritten; filled up with 0; at most {@value LeadingItems#LEADING}
   */
  public void largest(double[] out) {
    Arrays.fill(out, 0);
    int last = out.length - 1;
    for (int item : leading.atLeast(out.length)) {
      double count = count(item);
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

  /**
   * The items whose clicks are {@link #worth} most, best first, of those with the most clicks, of
   * which more are looked at than are asked for.
   *
   * @param maxItems at most {@value LeadingItems#LEADING}
   */
  public int[] mostClicked(int maxItems) {
    PriorityQueue<Leader> lastFirst = new PriorityQueue<>();
    for (int item : leading.atLeast(maxItems)) {
      double own = count(item) > 0 ? worth(item) : 0;
      if (own > 0) {
        lastFirst.add(new Leader(item, own));
        if (lastFirst.size() > maxItems) {
          lastFirst.remove();
        }
      }
    }
    int[] best = new int[lastFirst.size()];
    for (int i = best.length - 1; i >= 0; i--) {
      best[i] = lastFirst.remove().item;
    }
    return best;
  }

  private record Leader(int item, double worth) implements Comparable<Leader> {
    @Override
    public int compareTo(Leader other) {
      int byWorth = Double.compare(worth, other.worth);
      return byWorth == 0 ? Integer.compare(other.item, item) : byWorth;
    }
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  public long bytes() {
    return counts.bytes() + (long) Double.BYTES * eventsAtBirth.length;
  }

  /** Bytes of the heap that counts of so many items take, with those of lone clicks. */
  public static long bytesMax(long items) {
    return 5L * Double.BYTES * items;
  }

  /** Writes the whole state. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now. */
  @Override
  public StateCopy copy() {
    StateCopy countsNow = counts.copy();
    double eventsNow = events;
    double[] birthsNow = DecayedCounts.withoutEnd(eventsAtBirth);
    return out -> {
      countsNow.writeTo(out);
      out.writeDouble(eventsNow);
      DecayedCounts.write(out, birthsNow);
    };
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    counts.readFrom(in);
    leading.forget();
    events = in.readDouble();
    eventsAtBirth = DecayedCounts.read(in);
    rows.reserve(Math.max(counts.limit(), eventsAtBirth.length));
  }

  @Override
  public List<StateRows> rows() {
    return List.of(rows);
  }

  @Override
  public StateCopy copyRest() {
    StateCopy totalsNow = counts.copyTotals();
    double eventsNow = events;
    return out -> {
      totalsNow.writeTo(out);
      out.writeDouble(eventsNow);
    };
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    counts.readTotals(in);
    leading.forget();
    events = in.readDouble();
  }

  /** An item's count, and the weight of all clicks when it came. */
  private void writeRow(int item, DataOutput out) throws IOException {
    out.writeDouble(counts.count(item));
    out.writeDouble(item < eventsAtBirth.length ? eventsAtBirth[item] : 0);
  }

  private void readRow(int item, DataInput in) throws IOException {
    counts.restore(item, in.readDouble());
    putBirth(item, in.readDouble());
  }
}
