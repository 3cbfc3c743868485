package dev.dolmen.evaluation.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Which items are recommended: how often each is among a model's first, and a sample of lists. */
public final class TopItems {
  /** Lists that are kept to be looked at as lists: evenly spaced, so many at most. */
  public static final int SAMPLE = 4_096;

  private final long[] shown;
  private final List<int[]> sample = new ArrayList<>();
  private int every = 1;
  private long lists;

  public TopItems(int items) {
    shown = new long[items];
  }

  public void add(int[] top) {
    for (int item : top) {
      shown[item]++;
    }
    if (lists++ % every == 0) {
      sample.add(top.clone());
      if (sample.size() > SAMPLE) {
        thinOut();
      }
    }
  }

  /** Keeps every other list, the first among them. */
  private void thinOut() {
    List<int[]> kept = new ArrayList<>();
    for (int i = 0; i < sample.size(); i += 2) {
      kept.add(sample.get(i));
    }
    sample.clear();
    sample.addAll(kept);
    every *= 2;
  }

  /**
   * Share of the catalogue that is in anybody's list: catalogue coverage as in Ge,
   * Delgado-Battenfeld and Jannach ("Beyond accuracy", RecSys 2010, section 3.1).
   */
  public double coverage(int catalogue) {
    return catalogue == 0
        ? 0
        : (double) Arrays.stream(shown).filter(n -> n > 0).count() / catalogue;
  }

  /**
   * Share of the places of all lists that some items take.
   *
   * @return not a number if nothing is recommended
   */
  public double share(BitSet items) {
    long all = Arrays.stream(shown).sum();
    long own = items.stream().filter(i -> i < shown.length).mapToLong(i -> shown[i]).sum();
    return all == 0 ? Double.NaN : (double) own / all;
  }

  /**
   * How popular an item of a list is on average, by its place in the {@link PopularityScale}; less
   * the same of the items that were clicked it is what the model adds to the bias that people have
   * (the difference of group average popularities of Abdollahpouri et al., "The unfairness of
   * popularity bias in recommendation", RMSE 2019, on places instead of counts).
   *
   * @return not a number if nothing is recommended
   */
  public double popularity(PopularityScale scale) {
    double sum = 0;
    double all = 0;
    for (int item = 0; item < shown.length; item++) {
      if (shown[item] > 0) {
        sum += shown[item] * scale.place(item);
        all += shown[item];
      }
    }
    return all == 0 ? Double.NaN : sum / all;
  }

  /**
   * How many items it would be if all were recommended equally often: the exponential of the
   * Shannon entropy of what is recommended, over all lists together (Hill's number of order 1). It
   * says how recommendations spread over the catalogue; how diverse one list is, {@link
   * ListDiversity} says.
   */
  public double effectiveItems() {
    double all = Arrays.stream(shown).sum();
    double entropy = 0;
    for (long n : shown) {
      if (n > 0) {
        entropy -= n / all * Math.log(n / all);
      }
    }
    return all == 0 ? 0 : Math.exp(entropy);
  }

  /**
   * Mean Vendi score of the lists in the sample, without empty ones; not a number where there is no
   * kernel.
   */
  public double vendi(ListDiversity diversity) {
    return sample.stream()
        .filter(list -> list.length > 0)
        .mapToDouble(diversity::vendi)
        .average()
        .orElse(Double.NaN);
  }

  /** Lists that were added. */
  public long lists() {
    return lists;
  }

  /** Lists that are kept. */
  public int sampled() {
    return sample.size();
  }
}
