package dev.dolmen.model.loss;

import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ClickHead;
import dev.dolmen.model.layer.Floats;

/**
 * Cross entropy of clicked or not over the shown items of a batch.
 *
 * <p>Of the shown items that were not clicked only a share r may be learned from. That multiplies
 * the odds of a click by 1 / r; so -ln r is added to the logit in training, and what is learned is
 * the logit without it, that of all that was shown (King and Zeng, "Logistic regression in rare
 * events data", 2001; Monolith corrects so, too). Owned by one thread.
 */
final class ClickLoss {
  private final Kernels kernels;
  private final int width;
  private final ClickHead head;
  private float[] queries = new float[0];
  private float[] hidden = new float[0];
  private float[] dQueries = new float[0];
  private float[] dHidden = new float[0];
  private double examples;

  ClickLoss(Kernels kernels, int width, ClickHead head) {
    this.kernels = kernels;
    this.width = width;
    this.head = head;
  }

  /**
   * The loss, summed over the shown items with their weights, and its gradients.
   *
   * @param factor what the gradients are multiplied with; the loss is not
   * @param sessionVectors [Q, D]
   * @param itemVectors [I, D]
   * @param dSessions accumulated into, [Q, D]
   * @param dItems accumulated into, [I, D]
   */
  double forwardBackward(
      TrainingBatch batch,
      float factor,
      float[] parameters,
      float[] gradients,
      float[] sessionVectors,
      float[] itemVectors,
      float[] dSessions,
      float[] dItems,
      KernelScratch scratch) {
    examples = 0;
    if (batch.shown == 0) {
      return 0;
    }
    int count = batch.shownQueries;
    int first = batch.predictions * width;
    queries = Floats.atLeast(queries, count * width);
    hidden = Floats.atLeast(hidden, count * width);
    dQueries = Floats.zeros(dQueries, count * width);
    dHidden = Floats.zeros(dHidden, count * width);
    System.arraycopy(sessionVectors, first, queries, 0, count * width);
    head.projection().forward(parameters, queries, 0, hidden, 0, count, scratch);
    double loss = 0;
    for (int n = 0; n < batch.shown; n++) {
      loss += example(batch, n, factor, parameters, gradients, itemVectors, dItems);
    }
    head.projection().backwardParameters(gradients, queries, dHidden, count, scratch);
    head.projection().backwardInput(parameters, dHidden, dQueries, count, scratch);
    kernels.axpy(1, dQueries, 0, dSessions, first, count * width);
    return loss;
  }

  private double example(
      TrainingBatch batch,
      int n,
      float factor,
      float[] parameters,
      float[] gradients,
      float[] itemVectors,
      float[] dItems) {
    int at = (batch.shownQuery[n] - batch.predictions) * width;
    int item = batch.shownItem[n] * width;
    int position = batch.shownPosition[n];
    float weight = batch.shownWeight[n];
    float label = batch.shownClicked[n] ? 1 : 0;
    float logit =
        head.logit(parameters, hidden, at, itemVectors, item, position) - batch.shownLogRate[n];
    float d = factor * weight * (ClickHead.sigmoid(logit) - label);
    head.backward(d, gradients, hidden, dHidden, at, itemVectors, dItems, item, position);
    examples += weight;
    return weight * (softplus(logit) - label * (double) logit);
  }

  /** Sum of the weights of the shown items that the last loss is of. */
  double examples() {
    return examples;
  }

  /** ln(1 + eˣ), without overflow. */
  private static double softplus(float x) {
    return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }
}
