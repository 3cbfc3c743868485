package dev.dolmen.model.loss;

import dev.dolmen.model.ScoreTerms;
import dev.dolmen.model.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;

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
  private final int terms;
  private float[] offsets = new float[0];

  /**
   * A loss.
   *
   * @param smoothing share of a target that is spread evenly over all candidates
   * @param priorWeight offset of the weight of the popularity prior in the parameters
   * @param terms offset of the {@link ScoreTerms} in them
   */
  public SampledSoftmax(Kernels kernels, int width, float smoothing, int priorWeight, int terms) {
    this.kernels = kernels;
    softmax = new ChunkedSoftmax(kernels, width, smoothing);
    this.priorWeight = priorWeight;
    this.terms = terms;
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
    NextItem task = new NextItem(batch, parameters, gradients);
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
    return loss;
  }

  /** The prediction's target; the prior, the correction and the signals' terms. */
  private final class NextItem implements ChunkedSoftmax.Task {
    private final TrainingBatch batch;
    private final float[] parameters;
    private final float[] gradients;
    private double dPriorWeight;

    NextItem(TrainingBatch batch, float[] parameters, float[] gradients) {
      this.batch = batch;
      this.parameters = parameters;
      this.gradients = gradients;
    }

    @Override
    public int target(int query) {
      return batch.predictionTarget[query];
    }

    @Override
    public float weight(int query) {
      return batch.predictionWeight[query];
    }

    /**
     * An own item is certain to be a candidate: what was taken from its score for luck is given
     * back.
     */
    @Override
    public void forward(int first, int rows, float[] scores) {
      for (int i = 0; i < rows; i++) {
        System.arraycopy(offsets, 0, scores, i * batch.candidates, batch.candidates);
      }
      for (int i = 0; i < rows && batch.signalTerm.length > 0; i++) {
        for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
          scores[i * batch.candidates + batch.signalCandidate[s]] +=
              parameters[terms + batch.signalTerm[s]] * batch.signalWeight[s]
                  + batch.signalOffset[s];
        }
      }
    }

    @Override
    public void backward(int first, int rows, float[] dScores) {
      for (int i = 0; i < rows && batch.candidatePrior.length > 0; i++) {
        int at = i * batch.candidates;
        dPriorWeight += kernels.dot(dScores, at, batch.candidatePrior, 0, batch.candidates);
      }
      for (int i = 0; i < rows && batch.signalTerm.length > 0; i++) {
        for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
          gradients[terms + batch.signalTerm[s]] +=
              dScores[i * batch.candidates + batch.signalCandidate[s]] * batch.signalWeight[s];
        }
      }
    }
  }
}
