package dev.dolmen.model.loss;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.layer.Linear;
import java.util.Arrays;

/**
 * Which value the next item has in one column: its category at one level, its brand (M2TRec,
 * section 3.3, learns categories beside the item). The session's vector, projected, is multiplied
 * with the values' own embedding rows: like the next item's, the output layer is tied, so that it
 * grows with the table and knows a value from the moment it has a row.
 *
 * <p>The softmax goes over the distinct values of the batch's candidates, not over all that are
 * known: a step's cost then depends on the batch and not on how many values a slot has, and their
 * rows are at hand. A value came in if any of its items did, with a chance 1 - Π (1 - q) over all
 * of them; the logarithm of that product is estimated from those in the sample, each counted 1 / q
 * times (Horvitz and Thompson, 1952), and the score corrected by it as an item's is. Of a whole
 * catalogue (q = 1) it is the full softmax.
 *
 * <p>A prediction whose target has no value in the column, and of several values all but the first,
 * have no part in it. Owned by one thread.
 */
final class CategoryLoss {
  private final Kernels kernels;
  private final int column;
  private final int slot;
  private final int dim;
  private final Linear projection;
  private final ChunkedSoftmax softmax;

  /** Number of each row among the values, or -1. */
  private int[] valueOfRow = new int[0];

  /** Row of each value, then the logarithm of its chance. */
  private int[] rowOfValue = new int[0];

  private float[] logChance = new float[0];
  private double[] logAbsent = new double[0];
  private int values;

  private float[] hidden = new float[0];
  private float[] dHidden = new float[0];
  private float[] vectors = new float[0];
  private float[] dVectors = new float[0];
  private double examples;

  CategoryLoss(Kernels kernels, ModelOptions options, int column, Linear projection) {
    this.kernels = kernels;
    this.column = column;
    this.projection = projection;
    slot = options.itemColumns().get(column).slot();
    dim = options.itemColumns().get(column).dim();
    softmax = new ChunkedSoftmax(kernels, dim, options.tasks().labelSmoothing());
  }

  /**
   * The loss, summed with the predictions' weights, and its gradients.
   *
   * @param factor what the gradients are multiplied with; the loss is not
   * @param rows gradients of the values' rows are accumulated
   * @param sessionVectors [P, D]
   * @param dSessions accumulated into, [P, D]
   */
  double forwardBackward(
      TrainingBatch batch,
      float factor,
      GatheredRows rows,
      float[] parameters,
      float[] gradients,
      float[] sessionVectors,
      float[] dSessions,
      KernelScratch scratch) {
    collect(batch, rows);
    examples = 0;
    for (int p = 0; p < batch.predictions; p++) {
      examples += valueOf(batch, p) < 0 ? 0 : batch.predictionWeight[p];
    }
    if (examples == 0) {
      return 0;
    }
    int count = batch.predictions;
    hidden = Floats.atLeast(hidden, count * dim);
    dHidden = Floats.zeros(dHidden, count * dim);
    dVectors = Floats.zeros(dVectors, values * dim);
    projection.forward(parameters, sessionVectors, 0, hidden, 0, count, scratch);
    double loss =
        softmax.forwardBackward(
            count,
            values,
            new NextValue(batch),
            factor,
            hidden,
            vectors,
            dHidden,
            dVectors,
            scratch);
    projection.backwardParameters(gradients, sessionVectors, dHidden, count, scratch);
    projection.backwardInput(parameters, dHidden, dSessions, count, scratch);
    for (int k = 0; k < values; k++) {
      kernels.axpy(1, dVectors, k * dim, rows.gradients[slot], rowOfValue[k] * dim, dim);
    }
    return loss;
  }

  /** Sum of the weights of the predictions that the last loss is of. */
  double examples() {
    return examples;
  }

  /** Numbers the distinct values of the candidates, with their rows and chances. */
  private void collect(TrainingBatch batch, GatheredRows rows) {
    if (valueOfRow.length < rows.rows[slot]) {
      valueOfRow = new int[2 * rows.rows[slot]];
    }
    Arrays.fill(valueOfRow, 0, rows.rows[slot], -1);
    if (rowOfValue.length < batch.candidates) {
      rowOfValue = new int[2 * batch.candidates];
      logAbsent = new double[2 * batch.candidates];
      logChance = new float[2 * batch.candidates];
    }
    values = 0;
    for (int v = 0; v < batch.candidates; v++) {
      int row = rowOf(batch.items, v);
      if (row < 0) {
        continue;
      }
      if (valueOfRow[row] < 0) {
        valueOfRow[row] = values;
        rowOfValue[values] = row;
        logAbsent[values++] = 0;
      }
      double chance = Math.exp(batch.candidateLogChance[v]);
      logAbsent[valueOfRow[row]] += Math.log1p(-chance) / chance;
    }
    vectors = Floats.atLeast(vectors, values * dim);
    for (int k = 0; k < values; k++) {
      logChance[k] = (float) Math.log(-Math.expm1(logAbsent[k]));
      System.arraycopy(rows.values[slot], rowOfValue[k] * dim, vectors, k * dim, dim);
    }
  }

  /** Row of an item's value in the column, or -1. */
  private int rowOf(FeatureBlock items, int item) {
    int cell = item * items.columns + column;
    return items.start[cell] < items.start[cell + 1] ? items.row[items.start[cell]] : -1;
  }

  private int valueOf(TrainingBatch batch, int prediction) {
    int row = rowOf(batch.items, batch.predictionTarget[prediction]);
    return row < 0 ? -1 : valueOfRow[row];
  }

  private final class NextValue implements ChunkedSoftmax.Task {
    private final TrainingBatch batch;

    NextValue(TrainingBatch batch) {
      this.batch = batch;
    }

    @Override
    public int target(int query) {
      return valueOf(batch, query);
    }

    @Override
    public float weight(int query) {
      return batch.predictionWeight[query];
    }

    @Override
    public int ownMax(int first, int rows) {
      return 0;
    }

    @Override
    public void forward(int first, int rows, float[] scores, int stride) {
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < values; k++) {
          scores[i * stride + k] = -logChance[k];
        }
      }
    }

    /** The chances are not learned. */
    @Override
    public void backward(int first, int rows, float[] dScores, int stride) {}
  }
}
