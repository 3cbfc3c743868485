package dev.dolmen.model.loss;

import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The losses of all tasks: number 0 is the next item, then the categories in their order, then
 * clicks. Owned by one thread.
 */
public final class TaskLosses {
  private final TaskWeights weights;
  private final SampledSoftmax nextItem;
  private final CategoryLoss[] categories;
  private final @Nullable ClickLoss clicks;
  private final double[] losses;
  private final double[] examples;

  /**
   * Losses.
   *
   * @param priorWeight see {@link SampledSoftmax}
   * @param signals likewise
   */
  public TaskLosses(
      Kernels kernels, ModelOptions options, TaskHeads heads, int priorWeight, int signals) {
    weights = heads.weights;
    float smoothing = options.tasks().labelSmoothing();
    nextItem = new SampledSoftmax(kernels, options.width(), smoothing, priorWeight, signals);
    categories = new CategoryLoss[heads.categories.size()];
    for (int c = 0; c < categories.length; c++) {
      int column = options.tasks().categoryColumns().get(c);
      categories[c] = new CategoryLoss(kernels, options, column, heads.categories.get(c));
    }
    clicks = heads.clicks == null ? null : new ClickLoss(kernels, options.width(), heads.clicks);
    losses = new double[weights.tasks()];
    examples = new double[weights.tasks()];
  }

  /**
   * All losses and the gradients of their weighted sum.
   *
   * @param rows gradients are accumulated
   * @param gradients of the parameters, accumulated
   * @param sessionVectors [Q, D]
   * @param itemVectors [I, D]
   * @param dSessions accumulated into, [Q, D]
   * @param dItems accumulated into, [I, D]
   */
  public void forwardBackward(
      TrainingBatch batch,
      GatheredRows rows,
      float[] parameters,
      float[] gradients,
      float[] sessionVectors,
      float[] itemVectors,
      float[] dSessions,
      float[] dItems,
      KernelScratch scratch) {
    Arrays.fill(examples, 0);
    for (int p = 0; p < batch.predictions; p++) {
      examples[0] += batch.predictionWeight[p];
    }
    losses[0] =
        nextItem.forwardBackward(
            batch,
            weights.factor(parameters, 0),
            parameters,
            gradients,
            sessionVectors,
            itemVectors,
            dSessions,
            dItems,
            scratch);
    for (int c = 0; c < categories.length; c++) {
      float factor = weights.factor(parameters, 1 + c);
      losses[1 + c] =
          categories[c].forwardBackward(
              batch, factor, rows, parameters, gradients, sessionVectors, dSessions, scratch);
      examples[1 + c] = categories[c].examples();
    }
    if (clicks != null) {
      int task = 1 + categories.length;
      float factor = weights.factor(parameters, task);
      losses[task] =
          clicks.forwardBackward(
              batch,
              factor,
              parameters,
              gradients,
              sessionVectors,
              itemVectors,
              dSessions,
              dItems,
              scratch);
      examples[task] = clicks.examples();
    }
    for (int task = 0; task < losses.length; task++) {
      weights.backward(parameters, gradients, task, losses[task], examples[task]);
    }
  }

  /** Tasks. */
  public int tasks() {
    return losses.length;
  }

  /** Loss of a task in the last batch, a mean over its examples; 0 without any. */
  public double mean(int task) {
    return examples[task] == 0 ? 0 : losses[task] / examples[task];
  }

  /** Whether all losses of the last batch are finite. */
  public boolean finite() {
    return Double.isFinite(Arrays.stream(losses).sum());
  }

  /**
   * What a step divides the gradients by: predictions and shown items, with their weights. The
   * categories are further questions about the same predictions.
   */
  public double weight() {
    return clicks == null
        ? examples[0]
        : examples[0] + weights.configured(losses.length - 1) * examples[losses.length - 1];
  }
}
