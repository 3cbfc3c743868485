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
 * RecSys 2019). With all items as candidates and no correction it is the full softmax. Works on a
 * few predictions at a time, so that scores stay in the cache.
 */
public final class SampledSoftmax {
  private static final int CHUNK = 128;

  private final Kernels kernels;
  private final int width;
  private final int priorWeight;
  private final int terms;
  private float[] offsets = new float[0];
  private float[] scores = new float[0];

  /**
   * A loss.
   *
   * @param priorWeight offset of the weight of the popularity prior in the parameters
   * @param terms offset of the {@link ScoreTerms} in them
   */
  public SampledSoftmax(Kernels kernels, int width, int priorWeight, int terms) {
    this.kernels = kernels;
    this.width = width;
    this.priorWeight = priorWeight;
    this.terms = terms;
  }

  /**
   * The loss, summed with the predictions' weights, and its gradients.
   *
   * @param gradients of the parameters: those of the prior's weight and of the score's terms are
   *     accumulated
   * @param sessionVectors [P, D]
   * @param itemVectors [V, D], more may follow
   * @param dSessions accumulated into, [P, D]
   * @param dItems accumulated into, [V, D]
   */
  public double forwardBackward(
      TrainingBatch batch,
      float[] parameters,
      float[] gradients,
      float[] sessionVectors,
      float[] itemVectors,
      float[] dSessions,
      float[] dItems,
      KernelScratch scratch) {
    int candidates = batch.candidates;
    scores = Floats.atLeast(scores, CHUNK * candidates);
    offsets = Floats.atLeast(offsets, candidates);
    for (int v = 0; v < candidates; v++) {
      offsets[v] = -batch.candidateLogQ[v];
    }
    boolean prior = batch.candidatePrior.length > 0;
    if (prior) {
      kernels.axpy(parameters[priorWeight], batch.candidatePrior, 0, offsets, 0, candidates);
    }
    boolean signals = batch.signalTerm.length > 0;
    double loss = 0;
    double dPriorWeight = 0;
    for (int p = 0; p < batch.predictions; p += CHUNK) {
      int rows = Math.min(CHUNK, batch.predictions - p);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(offsets, 0, scores, i * candidates, candidates);
      }
      if (signals) {
        addTerms(batch, parameters, p, rows);
      }
      kernels.matmulTransposedB(
          rows,
          candidates,
          width,
          sessionVectors,
          p * width,
          width,
          itemVectors,
          0,
          width,
          scores,
          0,
          candidates,
          scratch);
      for (int i = 0; i < rows; i++) {
        loss += row(batch, p + i, i * candidates);
        if (prior) {
          dPriorWeight += kernels.dot(scores, i * candidates, batch.candidatePrior, 0, candidates);
        }
      }
      if (signals) {
        addTermGradients(batch, gradients, p, rows);
      }
      kernels.matmul(
          rows,
          width,
          candidates,
          scores,
          0,
          candidates,
          itemVectors,
          0,
          width,
          dSessions,
          p * width,
          width,
          scratch);
      kernels.matmulTransposedA(
          candidates,
          width,
          rows,
          scores,
          0,
          candidates,
          sessionVectors,
          p * width,
          width,
          dItems,
          0,
          width,
          scratch);
    }
    gradients[priorWeight] += (float) dPriorWeight;
    return loss;
  }

  /**
   * An own item is certain to be a candidate: what was taken from its score for luck is given back.
   */
  private void addTerms(TrainingBatch batch, float[] parameters, int first, int rows) {
    for (int i = 0; i < rows; i++) {
      for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
        int candidate = batch.signalCandidate[s];
        int term = batch.signalTerm[s];
        scores[i * batch.candidates + candidate] +=
            parameters[terms + term] * batch.signalWeight[s] + batch.signalOffset[s];
      }
    }
  }

  private void addTermGradients(TrainingBatch batch, float[] gradients, int first, int rows) {
    for (int i = 0; i < rows; i++) {
      for (int s = batch.signalStart[first + i]; s < batch.signalStart[first + i + 1]; s++) {
        gradients[terms + batch.signalTerm[s]] +=
            scores[i * batch.candidates + batch.signalCandidate[s]] * batch.signalWeight[s];
      }
    }
  }

  /** Turns the scores of one prediction into their gradients; returns the weighted loss. */
  private double row(TrainingBatch batch, int prediction, int at) {
    int target = at + batch.predictionTarget[prediction];
    float weight = batch.predictionWeight[prediction];
    float score = scores[target];
    float logSum = kernels.softmax(scores, at, batch.candidates);
    scores[target] -= 1;
    if (weight != 1) {
      for (int v = 0; v < batch.candidates; v++) {
        scores[at + v] *= weight;
      }
    }
    return (double) weight * (logSum - score);
  }
}
