package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.IOException;
import java.util.List;

/**
 * How many of an item's clicks come from visits that saw nothing else, and what its clicks are
 * worth where that is more than usual. A client without cookies makes a visit of each click, so a
 * few of them could put any item before everybody who is new. A visit counts here until it comes to
 * a second item, and clicks fade as {@link ClickCounts} has them fade.
 *
 * <p>An item's lone clicks count up to as many as its others and {@value #ALLOWANCE}, or, where
 * visits are short, up to what is usual of the other items: the item itself is left out of that, so
 * that it cannot raise its own bound. What new visitors are shown first is ordered by this, and an
 * item's prior is of this; all else that is learned counts every click.
 *
 * <p>Owned by the training thread.
 */
public final class LoneClicks implements StreamPart {
  /** Lone clicks that an item without others may have: a new one has to begin. */
  private static final double ALLOWANCE = 3;

  private final DecayedCounts counts;
  private final StateRows rows;

  /** Counts nothing yet. */
  public LoneClicks(long halfLifeEvents) {
    counts = new DecayedCounts(halfLifeEvents);
    rows =
        new StateRows(
            "trainer/lone-clicks",
            Double.BYTES,
            (item, out) -> out.writeDouble(counts.count(item)),
            (item, in) -> counts.restore(item, in.readDouble()));
  }

  @Override
  public void clicked(StreamClick click) {
    counts.event();
    int[] items = click.items();
    int last = click.last();
    int same = 0;
    while (same < last && items[same] == items[0]) {
      same++;
    }
    rows.changing(same == last && items[last] != items[0] ? items[0] : items[last]);
    if (counts.rescales()) {
      rows.changingAll();
    }
    if (same == last && items[last] == items[0]) {
      counts.add(items[last], counts.unit());
    } else if (same == last) {
      // The second item of the visit: those on the first one were not alone.
      counts.add(items[0], -Math.min(last * counts.unit(), counts.count(items[0])));
    }
    var _ = counts.end();
  }

  @Override
  public void deleted(int item) {
    rows.changing(item);
    counts.clear(item);
  }

  /**
   * What an item's clicks are worth, those of long ago counting less.
   *
   * @param all clicks on each item, with the same half-life
   */
  public double worth(int item, ClickCounts all) {
    double clicks = all.clicks(item);
    double lone = Math.min(counts.count(item) / counts.unit(), clicks);
    double others = clicks - lone;
    double loneElsewhere = Math.max(0, counts.total() / counts.unit() - lone);
    double othersElsewhere = Math.max(1, all.allClicks() - clicks - loneElsewhere);
    double usual = Math.max(1, loneElsewhere / othersElsewhere);
    return others + Math.min(lone, usual * (others + ALLOWANCE));
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  public long bytes() {
    return counts.bytes();
  }

  @Override
  public StateCopy copy() {
    return counts.copy();
  }

  @Override
  public List<StateRows> rows() {
    return List.of(rows);
  }

  @Override
  public StateCopy copyRest() {
    return counts.copyTotals();
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    counts.readTotals(in);
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    counts.readFrom(in);
    rows.reserve(counts.limit());
  }
}
