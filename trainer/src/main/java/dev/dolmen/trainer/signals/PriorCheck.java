package dev.dolmen.trainer.signals;

import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether items are clicked as often as their {@link ClickCounts#prior} claims, by how much is
 * known of them: by their clicks so far and by the clicks that a mean item had since they came.
 *
 * <p>Before a click is counted, its item's bin gets a click, and the bins of {@value #DRAWS} items
 * drawn evenly from the catalogue get what these ones' priors claim, a quarter of it each: summed
 * over clicks, that is what the priors of all items claim, without bias. The shape of the priors
 * learns from the same. Told of clicks before the counts are. Owned by the training thread, but for
 * {@link #bins}.
 */
public final class PriorCheck implements StreamPart {
  private static final double[] FROM = {0, 0.5, 2, 8};
  private static final int DRAWS = 4;
  private static final int BINS = FROM.length * FROM.length;

  private final Catalog catalog;
  private final ClickCounts counts;
  private final PriorShape shape;
  private final double[] claimed = new double[BINS];
  private final long[] clicked = new long[BINS];
  private long clicks;
  private volatile List<Bin> bins = List.of();

  /**
   * Items of which so much is known; what is from one number ends where that of the next bin
   * begins.
   *
   * @param clicksFrom clicks so far, those of long ago counting less: so many or more
   * @param meanFrom clicks that a mean item had since it came: so many or more
   * @param claimed clicks that their priors claimed
   * @param clicked clicks that came
   */
  public record Bin(double clicksFrom, double meanFrom, double claimed, long clicked) {}

  /**
   * Nothing has been clicked yet.
   *
   * @param shape that of the counts' priors
   */
  public PriorCheck(Catalog catalog, ClickCounts counts, PriorShape shape) {
    this.catalog = catalog;
    this.counts = counts;
    this.shape = shape;
  }

  @Override
  public void clicked(StreamClick click) {
    if (catalog.size() == 0) {
      return;
    }
    int item = click.item();
    clicked[bin(item)]++;
    shape.clicked(counts.worth(item), counts.meanClicks(item));
    clicks++;
    for (int draw = 0; draw < DRAWS; draw++) {
      long bits = MixedBits.mix((clicks * DRAWS + draw) * MixedBits.GOLDEN);
      int other = catalog.live(MixedBits.below(bits, catalog.size())).index();
      double worth = counts.worth(other);
      double mean = counts.meanClicks(other);
      claimed[bin(other)] += shape.drawn(worth, mean, 1.0 / DRAWS);
    }
    shape.end();
  }

  private int bin(int item) {
    return FROM.length * place(counts.clicks(item)) + place(counts.meanClicks(item));
  }

  private static int place(double number) {
    int place = 0;
    while (place + 1 < FROM.length && number >= FROM[place + 1]) {
      place++;
    }
    return place;
  }

  /** Makes {@link #bins} those of now. */
  public void publishFigures() {
    List<Bin> now = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      if (claimed[bin] > 0 || clicked[bin] > 0) {
        double clicksFrom = FROM[bin / FROM.length];
        double meanFrom = FROM[bin % FROM.length];
        now.add(new Bin(clicksFrom, meanFrom, claimed[bin], clicked[bin]));
      }
    }
    bins = List.copyOf(now);
  }

  /** Bins that are not empty, as of the last {@link #publishFigures}. Any thread. */
  public List<Bin> bins() {
    return bins;
  }

  @Override
  public StateCopy copy() {
    double[] claimedNow = claimed.clone();
    long[] clickedNow = clicked.clone();
    long clicksNow = clicks;
    return out -> {
      out.writeLong(clicksNow);
      for (int bin = 0; bin < BINS; bin++) {
        out.writeDouble(claimedNow[bin]);
        out.writeLong(clickedNow[bin]);
      }
    };
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    clicks = in.readLong();
    for (int bin = 0; bin < BINS; bin++) {
      claimed[bin] = in.readDouble();
      clicked[bin] = in.readLong();
    }
    publishFigures();
  }
}
