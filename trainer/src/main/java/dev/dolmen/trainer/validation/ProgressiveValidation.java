package dev.dolmen.trainer.validation;

import dev.dolmen.model.Workspace;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.trainer.ValidationFigures;
import dev.dolmen.trainer.batch.ClickCounts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Scores every prediction before it is learned, against the whole catalogue and the item vectors
 * that requests see at that moment; ties count against the target. The baseline ranks the catalogue
 * by decayed click counts up to before the batch, ties against the target, too.
 *
 * <p>Totals, and a sliding window over the last predictions, which begins anew after a restart.
 */
public final class ProgressiveValidation {
  private final int window;
  private final double share;
  private final byte[] windowRanks;
  private final byte[] windowBaseline;
  private int windowNext;
  private final RankFigures model = new RankFigures();
  private final RankFigures baseline = new RankFigures();
  private final RankFigures modelWindow = new RankFigures();
  private final RankFigures baselineWindow = new RankFigures();
  private final double[] topCounts = new double[RankFigures.CUT + 1];
  private final Workspace workspace = new Workspace();
  private final ScoreBonuses chosenBonuses = new ScoreBonuses();
  private float[] queries = new float[0];
  private int[] targets = new int[0];
  private int[] ranks = new int[0];
  private double lossSum;
  private long lossCount;
  private final ArrayDeque<BatchLoss> windowLosses = new ArrayDeque<>();
  private double windowLossSum;
  private long windowLossCount;
  private volatile ValidationFigures total = figures(model, baseline, 0, 0);
  private volatile ValidationFigures recent = total;

  private record BatchLoss(double sum, int count) {}

  /**
   * @param window predictions in the sliding window
   * @param share share of predictions that are scored
   */
  public ProgressiveValidation(int window, double share) {
    this.window = window;
    this.share = share;
    windowRanks = new byte[window];
    windowBaseline = new byte[window];
  }

  /**
   * Scores the predictions of a batch.
   *
   * @param sessionVectors row-major [predictions, D]
   * @param targetItems catalogue index of each prediction's item
   * @param bonuses what is added to scores, per prediction
   * @param clicks decayed click counts before this batch
   * @param batch its number, which chooses the predictions that are scored
   */
  public void score(
      float[] sessionVectors,
      int[] targetItems,
      ScoreBonuses bonuses,
      ItemVectors vectors,
      ClickCounts clicks,
      long batch) {
    int n = choose(sessionVectors, targetItems, bonuses, vectors.width(), batch);
    vectors.ranks(queries, targets, n, RankFigures.CUT, chosenBonuses, ranks, workspace);
    clicks.largest(topCounts);
    for (int i = 0; i < n; i++) {
      add(RankFigures.cut(ranks[i]), baselineRank(clicks.count(targets[i])));
    }
  }

  /** Takes the training loss of the batch that was scored. */
  public void addLoss(double meanLoss, int predictions) {
    double sum = meanLoss * predictions;
    lossSum += sum;
    lossCount += predictions;
    windowLosses.addLast(new BatchLoss(sum, predictions));
    windowLossSum += sum;
    windowLossCount += predictions;
    while (windowLossCount - windowLosses.getFirst().count >= window) {
      BatchLoss oldest = windowLosses.removeFirst();
      windowLossSum -= oldest.sum;
      windowLossCount -= oldest.count;
    }
  }

  /** Makes the figures of now visible to other threads. */
  public void publishFigures() {
    total = figures(model, baseline, lossSum, lossCount);
    recent = figures(modelWindow, baselineWindow, windowLossSum, windowLossCount);
  }

  /** Since the model was born, as of the last {@link #publishFigures}. Any thread. */
  public ValidationFigures total() {
    return total;
  }

  /** Over the last predictions, as of the last {@link #publishFigures}. Any thread. */
  public ValidationFigures window() {
    return recent;
  }

  private int choose(float[] vectors, int[] items, ScoreBonuses bonuses, int width, long batch) {
    int predictions = bonuses.queries();
    if (targets.length < predictions) {
      targets = new int[2 * predictions];
      ranks = new int[2 * predictions];
      queries = new float[2 * predictions * width];
    }
    chosenBonuses.clear();
    int n = 0;
    for (int p = 0; p < predictions; p++) {
      if (share >= 1 || uniform(batch, p) < share) {
        chosenBonuses.nextQuery();
        for (int i = bonuses.from(p); i < bonuses.to(p); i++) {
          chosenBonuses.add(bonuses.item(i), bonuses.bonus(i));
        }
        targets[n] = items[p];
        System.arraycopy(vectors, p * width, queries, n * width, width);
        n++;
      }
    }
    return n;
  }

  /** Uniform in [0, 1) by batch and position (the finaliser of MurmurHash3). */
  private static double uniform(long batch, int position) {
    long h = batch * 0x9E3779B97F4A7C15L + position;
    h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return ((h ^ (h >>> 33)) >>> 11) * 0x1p-53;
  }

  /** Rank among all items by clicks, cut: items with as many clicks stand before the target. */
  private int baselineRank(double count) {
    if (count <= 0) {
      return RankFigures.CUT + 1;
    }
    int notFewer = 0;
    while (notFewer < topCounts.length && topCounts[notFewer] >= count) {
      notFewer++;
    }
    // The target itself is among them unless it is far below, which the cut covers.
    return RankFigures.cut(Math.max(1, notFewer));
  }

  private void add(int rank, int baselineRank) {
    model.add(rank, 1);
    baseline.add(baselineRank, 1);
    if (modelWindow.predictions() == window) {
      modelWindow.add(windowRanks[windowNext], -1);
      baselineWindow.add(windowBaseline[windowNext], -1);
    }
    windowRanks[windowNext] = (byte) rank;
    windowBaseline[windowNext] = (byte) baselineRank;
    windowNext = (windowNext + 1) % window;
    modelWindow.add(rank, 1);
    baselineWindow.add(baselineRank, 1);
  }

  private static ValidationFigures figures(
      RankFigures model, RankFigures baseline, double lossSum, long lossCount) {
    return new ValidationFigures(
        model.predictions(),
        model.recall(),
        model.mrr(),
        model.ndcg(),
        baseline.recall(),
        baseline.mrr(),
        lossCount == 0 ? 0 : lossSum / lossCount);
  }

  /** Writes the totals. */
  public void writeTo(DataOutput out) throws IOException {
    model.writeTo(out);
    baseline.writeTo(out);
    out.writeDouble(lossSum);
    out.writeLong(lossCount);
  }

  /** Reads the totals that {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    model.readFrom(in);
    baseline.readFrom(in);
    lossSum = in.readDouble();
    lossCount = in.readLong();
    publishFigures();
  }
}
