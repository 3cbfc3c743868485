package dev.dolmen.trainer.validation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chances and what happened, in {@value #BUCKETS} buckets by the chance's logit, from which AUC and
 * bins of equal mass follow: exact but for what falls into one bucket, a twentieth of a logit wide.
 * Owned by one thread.
 */
final class ClickHistogram {
  static final int BUCKETS = 480;
  private static final double LOGIT_MIN = -16;
  private static final double BUCKET_WIDTH = 0.05;

  /** Bins of the calibration curve. */
  static final int BINS = 20;

  /** Chances are not taken to be nearer to 0 and 1 than this: one surprise must not be all. */
  private static final double CHANCE_MIN = 1e-7;

  private final double[] clicked = new double[BUCKETS];
  private final double[] unclicked = new double[BUCKETS];
  private final double[] chances = new double[BUCKETS];
  private long scored;
  private long clicks;
  private double logLoss;

  /**
   * Adds a shown item.
   *
   * @param weight how many items it stands for
   */
  void add(float chance, boolean wasClicked, double weight) {
    double p = Math.clamp(chance, CHANCE_MIN, 1 - CHANCE_MIN);
    double logit = Math.log(p / (1 - p));
    int bucket = (int) Math.clamp((logit - LOGIT_MIN) / BUCKET_WIDTH, 0, BUCKETS - 1);
    (wasClicked ? clicked : unclicked)[bucket] += weight;
    chances[bucket] += weight * chance;
    scored++;
    clicks += wasClicked ? 1 : 0;
    logLoss -= weight * Math.log(wasClicked ? p : 1 - p);
  }

  long scored() {
    return scored;
  }

  void clear() {
    Arrays.fill(clicked, 0);
    Arrays.fill(unclicked, 0);
    Arrays.fill(chances, 0);
    scored = 0;
    clicks = 0;
    logLoss = 0;
  }

  /** Adds all that another holds. */
  void add(ClickHistogram other) {
    for (int b = 0; b < BUCKETS; b++) {
      clicked[b] += other.clicked[b];
      unclicked[b] += other.unclicked[b];
      chances[b] += other.chances[b];
    }
    scored += other.scored;
    clicks += other.clicks;
    logLoss += other.logLoss;
  }

  ClickFigures figures() {
    double allClicked = Arrays.stream(clicked).sum();
    double shown = allClicked + Arrays.stream(unclicked).sum();
    if (shown <= 0) {
      return ClickFigures.NONE;
    }
    List<ClickFigures.Bin> curve = curve(shown);
    double error = 0;
    for (ClickFigures.Bin bin : curve) {
      error += bin.shown() / shown * Math.abs(bin.meanChance() - bin.clickRate());
    }
    return new ClickFigures(
        scored,
        clicks,
        shown,
        Arrays.stream(chances).sum() / shown,
        allClicked / shown,
        auc(allClicked, shown - allClicked),
        logLoss / shown,
        error,
        curve);
  }

  /** Pairs in one bucket count half. */
  private double auc(double allClicked, double allUnclicked) {
    if (allClicked <= 0 || allUnclicked <= 0) {
      return 0.5;
    }
    double below = 0;
    double pairs = 0;
    for (int b = 0; b < BUCKETS; b++) {
      pairs += clicked[b] * (below + unclicked[b] / 2);
      below += unclicked[b];
    }
    return pairs / allClicked / allUnclicked;
  }

  /** A bin ends with the bucket in which its share of all is reached. */
  private List<ClickFigures.Bin> curve(double shown) {
    List<ClickFigures.Bin> bins = new ArrayList<>();
    double binClicked = 0;
    double binShown = 0;
    double binChances = 0;
    double before = 0;
    for (int b = 0; b < BUCKETS; b++) {
      binClicked += clicked[b];
      binShown += clicked[b] + unclicked[b];
      binChances += chances[b];
      before += clicked[b] + unclicked[b];
      boolean full = before >= shown * (bins.size() + 1) / BINS || b == BUCKETS - 1;
      if (binShown > 0 && full) {
        bins.add(new ClickFigures.Bin(binShown, binChances / binShown, binClicked / binShown));
        binClicked = 0;
        binShown = 0;
        binChances = 0;
      }
    }
    return bins;
  }

  void writeTo(DataOutput out) throws IOException {
    for (double[] numbers : new double[][] {clicked, unclicked, chances}) {
      for (double number : numbers) {
        out.writeDouble(number);
      }
    }
    out.writeLong(scored);
    out.writeLong(clicks);
    out.writeDouble(logLoss);
  }

  void readFrom(DataInput in) throws IOException {
    for (double[] numbers : new double[][] {clicked, unclicked, chances}) {
      for (int b = 0; b < BUCKETS; b++) {
        numbers[b] = in.readDouble();
      }
    }
    scored = in.readLong();
    clicks = in.readLong();
    logLoss = in.readDouble();
  }
}
