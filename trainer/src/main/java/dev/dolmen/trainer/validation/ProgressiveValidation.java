package dev.dolmen.trainer.validation;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.item.TargetRanks;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.state.StateBytes;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Scores every prediction before it is learned, against the whole catalogue and the item vectors
 * that requests see at that moment; ties count against the target. The baseline ranks the catalogue
 * by decayed click counts up to before the batch, ties against the target, too.
 *
 * <p>A second baseline ranks by the visits that items have in common with the session's last ones.
 * Both learn on the same stream. The item's age and clicks cut the totals into slices.
 *
 * <p>Totals, and a sliding window over the last predictions, which begins anew after a restart.
 */
public final class ProgressiveValidation implements StreamPart, ValidationReader {
  private final int window;
  private final ScoredPredictions choice;
  private final StateBytes bytes = new StateBytes();
  private final byte[] windowRanks;
  private final byte[] windowPopularity;
  private final byte[] windowNeighbors;
  private int windowNext;
  private final ComparedRanks all = new ComparedRanks();
  private final ComparedRanks inWindow = new ComparedRanks();
  private final ValidationSlices slices = new ValidationSlices();
  private final ClickValidation clickChances;
  private int scored;
  private final double[] topCounts = new double[RankCounts.CUT + 1];
  private final TargetRanks targetRanks = new TargetRanks();
  private final ScoreBonuses chosenBonuses = new ScoreBonuses();
  private float[] queries = new float[0];
  private int[] targets = new int[0];
  private int[] neighborRanks = new int[0];
  private int[] ranks = new int[0];
  private double lossSum;
  private long lossCount;

  /** Predictions that there were, scored or not. */
  private long seen;

  private final ArrayDeque<BatchLoss> windowLosses = new ArrayDeque<>();
  private double windowLossSum;
  private long windowLossCount;
  private volatile long publishedSeen;
  private volatile ValidationFigures total = all.figures(0);
  private volatile ValidationFigures recent = total;
  private long slicesDue;
  private volatile List<SliceFigures> sliceFigures = List.of();

  private record BatchLoss(double sum, int count) {}

  /**
   * @param window predictions in the sliding window
   * @param share share of predictions that are scored
   * @param clickChances scores shown items
   */
  public ProgressiveValidation(int window, double share, ClickValidation clickChances) {
    this.clickChances = clickChances;
    this.window = window;
    choice = new ScoredPredictions(share);
    windowRanks = new byte[window];
    windowPopularity = new byte[window];
    windowNeighbors = new byte[window];
  }

  /** Bounds the time that scoring takes from now on: some predictions are left out. */
  public void bound(ScoringBudget time) {
    choice.bound(time);
  }

  /** The predictions that are scored, to be chosen for each batch before it is formed. */
  public ScoredPredictions choice() {
    return choice;
  }

  /** Predictions of the last batch that were scored. */
  public int scored() {
    return scored;
  }

  /** The validation of chances of clicks. */
  public ClickValidation clickChances() {
    return clickChances;
  }

  /**
   * Scores the predictions of a batch that were chosen.
   *
   * @param clicks decayed click counts before this batch
   */
  public void score(ScoredBatch batch, ItemVectorReader vectors, ClickCounts clicks) {
    int n = take(batch, vectors.width());
    scored = n;
    if (n == 0) {
      return;
    }
    targetRanks.rank(vectors, queries, targets, n, RankCounts.CUT, chosenBonuses, ranks);
    clicks.largest(topCounts);
    for (int i = 0; i < n; i++) {
      int rank = RankCounts.cut(ranks[i]);
      int popularity = popularityRank(clicks.count(targets[i]));
      int neighbor = RankCounts.cut(neighborRanks[i]);
      add(rank, popularity, neighbor);
      double late = clicks.clicks(targets[i]);
      slices.add(targets[i], batch.eventTimeMs(), late, rank, popularity, neighbor);
    }
  }

  /** An item was clicked, in a batch that has been scored. */
  public void clicked(int item, long timeMs) {
    slices.clicked(item, timeMs);
  }

  @Override
  public void clicked(StreamClick click) {
    clicked(click.item(), click.nowMs());
  }

  @Override
  public void deleted(int item) {
    slices.clear(item);
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
    publishedSeen = seen;
    total = all.figures(mean(lossSum, lossCount));
    recent = inWindow.figures(mean(windowLossSum, windowLossCount));
    clickChances.publishFigures();
    if (total.predictions() > slicesDue) {
      sliceFigures = slices.figures();
      slicesDue = total.predictions() + total.predictions() / 100;
    }
  }

  private static double mean(double sum, long count) {
    return count == 0 ? 0 : sum / count;
  }

  /** Recent enough: good to a hundredth. Any thread. */
  @Override
  public List<SliceFigures> slices() {
    return sliceFigures;
  }

  /** As of the last {@link #publishFigures}. Any thread. */
  @Override
  public ValidationFigures total() {
    return total;
  }

  /** As of the last {@link #publishFigures}. Any thread. */
  @Override
  public ValidationFigures window() {
    return recent;
  }

  @Override
  public long seen() {
    return publishedSeen;
  }

  @Override
  public ClickFigures clicks() {
    return clickChances.total();
  }

  @Override
  public ClickFigures clicksWindow() {
    return clickChances.recent();
  }

  private int take(ScoredBatch batch, int width) {
    ScoreBonuses bonuses = batch.bonuses();
    int predictions = choice.predictions();
    seen += predictions;
    if (targets.length < predictions) {
      targets = new int[2 * predictions];
      neighborRanks = new int[2 * predictions];
      ranks = new int[2 * predictions];
      queries = new float[2 * predictions * width];
    }
    chosenBonuses.clear();
    int n = 0;
    for (int p = 0; p < predictions; p++) {
      if (choice.has(p)) {
        chosenBonuses.nextQuery();
        for (int i = bonuses.from(p); i < bonuses.to(p); i++) {
          chosenBonuses.add(bonuses.item(i), bonuses.bonus(i));
        }
        targets[n] = batch.targetItems()[p];
        neighborRanks[n] = batch.neighborRanks()[p];
        System.arraycopy(batch.sessionVectors(), p * width, queries, n * width, width);
        n++;
      }
    }
    return n;
  }

  /** Rank among all items by clicks, cut: items with as many clicks stand before the target. */
  private int popularityRank(double count) {
    if (count <= 0) {
      return RankCounts.CUT + 1;
    }
    int notFewer = 0;
    while (notFewer < topCounts.length && topCounts[notFewer] >= count) {
      notFewer++;
    }
    // The target itself is among them unless it is far below, which the cut covers.
    return RankCounts.cut(Math.max(1, notFewer));
  }

  private void add(int rank, int popularity, int neighbor) {
    all.add(rank, popularity, neighbor, 1);
    if (inWindow.predictions() == window) {
      inWindow.add(
          windowRanks[windowNext], windowPopularity[windowNext], windowNeighbors[windowNext], -1);
    }
    windowRanks[windowNext] = (byte) rank;
    windowPopularity[windowNext] = (byte) popularity;
    windowNeighbors[windowNext] = (byte) neighbor;
    windowNext = (windowNext + 1) % window;
    inWindow.add(rank, popularity, neighbor, 1);
  }

  /** Writes the totals. */
  public void writeTo(DataOutput out) throws IOException {
    all.writeTo(out);
    slices.writeTo(out);
    clickChances.writeTo(out);
    out.writeDouble(lossSum);
    out.writeLong(lossCount);
  }

  @Override
  public StateCopy copy() {
    return bytes.copy(this::writeTo);
  }

  @Override
  public List<StateRows> rows() {
    return List.of(slices.rows());
  }

  @Override
  public StateCopy copyRest() {
    return bytes.copy(out -> {
      all.writeTo(out);
      slices.writeRanks(out);
      clickChances.writeTo(out);
      out.writeDouble(lossSum);
      out.writeLong(lossCount);
      out.writeLong(seen);
    });
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    all.readFrom(in);
    slices.readRanks(in);
    clickChances.readFrom(in);
    lossSum = in.readDouble();
    lossCount = in.readLong();
    seen = in.readLong();
  }

  @Override
  public void rowsRead() {
    publishFigures();
  }

  /** Reads the totals that {@link #writeTo} wrote. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    all.readFrom(in);
    slices.readFrom(in);
    clickChances.readFrom(in);
    lossSum = in.readDouble();
    lossCount = in.readLong();
    // It was not written; until there was a bound on time, nearly all were scored.
    seen = all.predictions();
    publishFigures();
  }
}
