package dev.dolmen.trainer.validation;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.TrainingBatch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Scores every shown item of a batch before it is learned. An item that was not clicked weighs as
 * many as it stands for: one by the share that is learned from.
 *
 * <p>Totals, and figures of late: of the last {@value #PANE} to twice as many shown items scored,
 * which begin anew after a restart.
 */
public final class ClickValidation {
  static final int PANE = 20_000;

  private final double negativeWeight;
  private final ClickHistogram total = new ClickHistogram();
  private ClickHistogram pane = new ClickHistogram();
  private ClickHistogram paneBefore = new ClickHistogram();
  private final ClickHistogram both = new ClickHistogram();
  private final Workspace workspace = new Workspace();
  private float[] queries = new float[0];
  private boolean changed;
  private volatile ClickFigures totalFigures = ClickFigures.NONE;
  private volatile ClickFigures recentFigures = ClickFigures.NONE;

  /**
   * @param negativeRate share of the shown items not clicked that are learned from
   */
  public ClickValidation(double negativeRate) {
    negativeWeight = 1 / negativeRate;
  }

  /**
   * Scores the shown items of a batch.
   *
   * @param model as it is before the batch
   * @param sessionVectors row-major [Q, D]
   * @param itemVectors row-major [I, D]
   */
  public void score(
      TrainingBatch batch, ServingModel model, float[] sessionVectors, float[] itemVectors) {
    if (batch.shown == 0) {
      return;
    }
    int width = model.options().width();
    int count = batch.shownQueries;
    if (queries.length < count * width) {
      queries = new float[2 * count * width];
    }
    model.clickQueries(sessionVectors, batch.predictions * width, count, queries, workspace);
    for (int n = 0; n < batch.shown; n++) {
      int query = (batch.shownQuery[n] - batch.predictions) * width;
      int item = batch.shownItem[n] * width;
      float chance = model.clickChance(queries, query, itemVectors, item, batch.shownPosition[n]);
      add(chance, batch.shownClicked[n]);
    }
  }

  /** Takes a chance and what happened. */
  void add(float chance, boolean clicked) {
    if (!Float.isFinite(chance)) {
      return; // Its batch is refused and counted.
    }
    double weight = clicked ? 1 : negativeWeight;
    total.add(chance, clicked, weight);
    if (pane.scored() == PANE) {
      ClickHistogram oldest = paneBefore;
      paneBefore = pane;
      pane = oldest;
      pane.clear();
    }
    pane.add(chance, clicked, weight);
    changed = true;
  }

  /** Makes the figures of now visible to other threads. */
  public void publishFigures() {
    if (changed) {
      changed = false;
      totalFigures = total.figures();
      both.clear();
      both.add(paneBefore);
      both.add(pane);
      recentFigures = both.figures();
    }
  }

  /** Since the model was born, as of the last {@link #publishFigures}. Any thread. */
  public ClickFigures total() {
    return totalFigures;
  }

  /** Of late, as of the last {@link #publishFigures}. Any thread. */
  public ClickFigures recent() {
    return recentFigures;
  }

  /** Writes the totals. */
  void writeTo(DataOutput out) throws IOException {
    total.writeTo(out);
  }

  /** Reads the totals that {@link #writeTo} wrote. */
  void readFrom(DataInput in) throws IOException {
    total.readFrom(in);
    totalFigures = total.figures();
  }
}
