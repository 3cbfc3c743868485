package dev.dolmen.model.loss;

import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.layer.SignalNetwork;
import java.util.Arrays;

/**
 * Cross entropy of the next item over the batch's candidates, each score less the logarithm of the
 * candidate's expected count in the sample, plus the learned {@link ScoreTerms} that the session's
 * signals name (Bengio and Senécal, 2008; Yi et al., "Sampling-bias-corrected neural modeling",
 * RecSys 2019). With all items as candidates and no correction it is the full softmax.
 */
public final class SampledSoftmax {
  private final Kernels kernels;
  private final ChunkedSoftmax softmax;
  private final int priorWeight;
  private final int signals;
  private final SignalNetwork network;
  private float[] added = new float[0];
  private float[] dAdded = new float[0];
  private final int width;
  private float[] offsets = new float[0];

  /**
   * A loss.
   *
   * @param smoothing share of a target that is spread evenly over all candidates
   * @param priorWeight offset of the weight of the popularity prior in the parameters
   * @param signals offset of the {@link SignalNetwork} in them
   */
  public SampledSoftmax(Kernels kernels, int width, float smoothing, int priorWeight, int signals) {
    this.kernels = kernels;
    softmax = new ChunkedSoftmax(kernels, width, smoothing);
    this.priorWeight = priorWeight;
    this.signals = signals;
    network = new SignalNetwork(kernels);
    this.width = width;
  }

  /**
   * The loss, summed with the predictions' weights, and its gradients.
   *
   * @param factor what the gradients are multiplied with; the loss is not
   * @param gradients of the parameters: those of the prior's weight and of the score's terms are
   *     accumulated
   * @param sessionVectors [P, D]
   * @param itemVectors [V, D], more may follow
   * @param dSessions accumulated into, [P, D]
   * @param dItems accumulated into, [V, D]
   */
  public double forwardBackward(
      TrainingBatch batch,
      float factor,
      float[] parameters,
      float[] gradients,
      float[] sessionVectors,
      float[] itemVectors,
      float[] dSessions,
      float[] dItems,
      KernelScratch scratch) {
    int candidates = batch.candidates;
    offsets = Floats.atLeast(offsets, candidates);
    for (int v = 0; v < candidates; v++) {
      offsets[v] = -batch.candidateLogQ[v];
    }
    if (batch.candidatePrior.length > 0) {
      kernels.axpy(parameters[priorWeight], batch.candidatePrior, 0, offsets, 0, candidates);
    }
    int signalCount = batch.signalItem.length == 0 ? 0 : batch.signalStart[batch.predictions];
    added = Floats.atLeast(added, signalCount);
    dAdded = Floats.atLeast(dAdded, signalCount);
    network.forward(parameters, signals, batch.signalFeatures, signalCount, added);
    NextItem task = new NextItem(batch, parameters, sessionVectors, itemVectors, dSessions, dItems);
    double loss =
        softmax.forwardBackward(
            batch.predictions,
            candidates,
            task,
            factor,
            sessionVectors,
            itemVectors,
            dSessions,
            dItems,
            scratch);
    gradients[priorWeight] += (float) task.dPriorWeight;
    network.backward(parameters, gradients, signals, batch.signalFeatures, signalCount, dAdded);
    return loss;
  }

  /** The prediction's target; the prior, the correction and the signals' terms. */
  private final class NextItem implements ChunkedSoftmax.Task {
    private final TrainingBatch batch;
    private final float[] parameters;
    private final float[] sessionVectors;
    private final float[] itemVectors;
    private final float[] dSessions;
    private final float[] dItems;
    private double dPriorWeight;

    NextItem(
        TrainingBatch batch,
        float[] parameters,
        float[] sessionVectors,
        float[] itemVectors,
        float[] dSessions,
        float[] dItems) {
      this.batch = batch;
      this.parameters = parameters;
      this.sessionVectors = sessionVectors;
      this.itemVectors = itemVectors;
      this.dSessions = dSessions;
      this.dItems = dItems;
    }

    @Override
    public int target(int query) {
      return batch.predictionTarget[query];
    }

    @Override
    public float weight(int query) {
      return batch.predictionWeight[query];
    }

    @Override
    public int ownMax(int first, int rows) {
      int most = 0;
      for (int q = first; q < first + rows && batch.ownItem.length > 0; q++) {
        most = Math.max(most, batch.ownStart[q + 1] - batch.ownStart[q]);
      }
      return most;
    }

    /**
     * What is certain to be a candidate is no luck: nothing is taken from an own item's score for
     * it, and what was taken from a shared one's is given back.
     */
    @Override
    public void forward(int first, int rows, float[] scores, int stride) {
      int n = batch.candidates;
      for (int i = 0; i < rows; i++) {
        System.arraycopy(offsets, 0, scores, i * stride, n);
        if (stride > n) {
          ownScores(first + i, scores, i * stride + n, stride - n);
        }
      }
      for (int i = 0; i < rows && batch.certain.length > 0; i++) {
        for (int c = batch.certainStart[first + i]; c < batch.certainStart[first + i + 1]; c++) {
          scores[i * stride + batch.certain[c]] += batch.candidateLogQ[batch.certain[c]];
        }
      }
      for (int i = 0; i < rows && batch.signalItem.length > 0; i++) {
        for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
          scores[i * stride + batch.signalItem[s]] += added[s] + batch.signalOffset[s];
        }
      }
    }

    private void ownScores(int query, float[] scores, int at, int columns) {
      int from = batch.ownStart[query];
      int own = batch.ownStart[query + 1] - from;
      float prior = parameters[priorWeight];
      for (int e = 0; e < own; e++) {
        int item = batch.ownItem[from + e];
        scores[at + e] =
            kernels.dot(sessionVectors, query * width, itemVectors, item * width, width)
                + prior * batch.ownPrior[from + e];
      }
      Arrays.fill(scores, at + own, at + columns, Float.NEGATIVE_INFINITY);
    }

    @Override
    public void backward(int first, int rows, float[] dScores, int stride) {
      int n = batch.candidates;
      for (int i = 0; i < rows; i++) {
        if (batch.candidatePrior.length > 0) {
          dPriorWeight += kernels.dot(dScores, i * stride, batch.candidatePrior, 0, n);
        }
        if (stride > n) {
          ownGradients(first + i, dScores, i * stride + n);
        }
      }
      for (int i = 0; i < rows && batch.signalItem.length > 0; i++) {
        for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
          dAdded[s] = dScores[i * stride + batch.signalItem[s]];
        }
      }
    }

    private void ownGradients(int query, float[] dScores, int at) {
      int from = batch.ownStart[query];
      int own = batch.ownStart[query + 1] - from;
      for (int e = 0; e < own; e++) {
        int item = batch.ownItem[from + e];
        float d = dScores[at + e];
        dPriorWeight += d * batch.ownPrior[from + e];
        kernels.axpy(d, itemVectors, item * width, dSessions, query * width, width);
        kernels.axpy(d, sessionVectors, query * width, dItems, item * width, width);
      }
    }
  }
}
