package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How many of an item's clicks come from visits that saw nothing else, and what its clicks are
 * worth where that is more than usual. A client without cookies makes a visit of each click, so a
 * few of them could put any item before everybody who is new. A visit counts here until it comes to
 * a second item, and clicks fade as {@link ClickCounts} has them fade.
 *
 * <p>An item's lone clicks count up to as many as its others and {@value #ALLOWANCE}, or, where
 * visits are short, up to what is usual of the other items: the item itself is left out of that, so
 * that it cannot raise its own bound. Only what new visitors are shown is ordered by this; what is
 * learned counts every click.
 *
 * <p>Owned by the training thread.
 */
public final class LoneClicks implements StreamPart {
  /** Lone clicks that an item without others may have: a new one has to begin. */
  private static final double ALLOWANCE = 3;

  private static final double RESCALE_AT = 0x1p300;

  private final double growth;
  private double[] counts = new double[16];
  private double unit = 1;
  private double total;

  /** Counts nothing yet. */
  public LoneClicks(long halfLifeEvents) {
    growth = StrictMath.pow(2, 1.0 / halfLifeEvents);
  }

  @Override
  public void clicked(StreamClick click) {
    unit *= growth;
    int[] items = click.items();
    int last = click.last();
    int same = 0;
    while (same < last && items[same] == items[0]) {
      same++;
    }
    if (same == last && items[last] == items[0]) {
      add(items[last], unit);
    } else if (same == last) {
      // The second item of the visit: those on the first one were not alone.
      add(items[0], -Math.min(last * unit, count(items[0])));
    }
    if (unit > RESCALE_AT) {
      rescale();
    }
  }

  private void add(int item, double weight) {
    if (item >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(item + 1, counts.length + (counts.length >> 1)));
    }
    counts[item] += weight;
    total += weight;
  }

  private double count(int item) {
    return item < counts.length ? counts[item] : 0;
  }

  private void rescale() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= RESCALE_AT;
    }
    total /= RESCALE_AT;
    unit /= RESCALE_AT;
  }

  @Override
  public void deleted(int item) {
    add(item, -count(item));
  }

  /**
   * What an item's clicks are worth, those of long ago counting less.
   *
   * @param all clicks on each item, with the same half-life
   */
  public double worth(int item, ClickCounts all) {
    double clicks = all.clicks(item);
    double lone = Math.min(count(item) / unit, clicks);
    double others = clicks - lone;
    double loneElsewhere = Math.max(0, total / unit - lone);
    double othersElsewhere = Math.max(1, all.allClicks() - clicks - loneElsewhere);
    double usual = Math.max(1, loneElsewhere / othersElsewhere);
    return others + Math.min(lone, usual * (others + ALLOWANCE));
  }

  @Override
  public StateCopy copy() {
    double unitNow = unit;
    double totalNow = total;
    double[] countsNow = counts.clone();
    return out -> write(out, unitNow, totalNow, countsNow);
  }

  private static void write(DataOutput out, double unit, double total, double[] counts)
      throws IOException {
    out.writeDouble(unit);
    out.writeDouble(total);
    out.writeInt(counts.length);
    for (double count : counts) {
      out.writeDouble(count);
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    unit = in.readDouble();
    total = in.readDouble();
    counts = new double[in.readInt()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readDouble();
    }
  }
}
