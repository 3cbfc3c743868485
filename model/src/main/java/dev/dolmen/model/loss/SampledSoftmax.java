package dev.dolmen.model.loss;

import dev.dolmen.model.TrainingBatch;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import java.util.Arrays;

/**
 * Cross entropy of the next item over the batch's candidates, each score less the logarithm of the
 * candidate's expected count in the sample, plus a learned term for items that the prediction's own
 * session has seen, by the distance of the last time from the end (Bengio and Senécal, 2008; Yi et
 * al., "Sampling-bias-corrected neural modeling", RecSys 2019). With all items as candidates and no
 * correction it is the full softmax. Works on a few predictions at a time, so that scores stay in
 * the cache.
 */
public final class SampledSoftmax {
  private static final int CHUNK = 128;

  private final Kernels kernels;
  private final int width;
  private final int priorWeight;
  private final int repeatTerms;
  private final int distances;
  private float[] offsets = new float[0];
  private float[] scores = new float[0];

  /** Candidates of the prefixes of a chunk's predictions, one prefix after the other. */
  private int[] repeated = new int[0];

  /** Distance of each of {@link #repeated} from the end of its prefix. */
  private int[] distance = new int[0];

  /** End of each prediction's part of {@link #repeated}. */
  private final int[] repeatedEnd = new int[CHUNK];

  private int[] lastSeenBy = new int[0];
  private int session;

  /**
   * A loss.
   *
   * @param priorWeight offset of the weight of the popularity prior in the parameters
   * @param repeatTerms offset of the terms for items of the session itself, by distance
   * @param distances how many of them there are
   */
  public SampledSoftmax(
      Kernels kernels, int width, int priorWeight, int repeatTerms, int distances) {
    this.kernels = kernels;
    this.width = width;
    this.priorWeight = priorWeight;
    this.repeatTerms = repeatTerms;
    this.distances = distances;
  }

  /**
   * The loss, summed with the predictions' weights, and its gradients.
   *
   * @param gradients of the parameters: those of the prior's weight and of the repeats' terms are
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
    lastSeenBy = lastSeenBy.length < candidates ? new int[2 * candidates] : lastSeenBy;
    Arrays.fill(lastSeenBy, 0, candidates, 0);
    session = 0;
    double loss = 0;
    double dPriorWeight = 0;
    for (int p = 0; p < batch.predictions; p += CHUNK) {
      int rows = Math.min(CHUNK, batch.predictions - p);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(offsets, 0, scores, i * candidates, candidates);
      }
      findRepeats(batch, p, rows);
      addRepeatTerms(batch, parameters, rows);
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
      addRepeatGradients(gradients, candidates, rows);
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

  /** The candidates that each prediction's own prefix holds, and how far from its end. */
  private void findRepeats(TrainingBatch batch, int first, int rows) {
    int n = 0;
    for (int i = 0; i < rows; i++) {
      int last = batch.predictionToken[first + i];
      while (batch.sessionStart[session + 1] <= last) {
        session++;
      }
      int start = batch.sessionStart[session];
      if (repeated.length < n + last - start + 1) {
        repeated = Arrays.copyOf(repeated, 2 * (n + last - start + 1));
        distance = Arrays.copyOf(distance, repeated.length);
      }
      for (int t = last; t >= start; t--) {
        int item = batch.tokenItem[t];
        if (item < batch.candidates && lastSeenBy[item] != first + i + 1) {
          lastSeenBy[item] = first + i + 1;
          repeated[n] = item;
          distance[n++] = Math.min(last - t, distances - 1);
        }
      }
      repeatedEnd[i] = n;
    }
  }

  private void addRepeatTerms(TrainingBatch batch, float[] parameters, int rows) {
    for (int i = 0, r = 0; i < rows; i++) {
      for (; r < repeatedEnd[i]; r++) {
        scores[i * batch.candidates + repeated[r]] +=
            parameters[repeatTerms + distance[r]] + batch.candidateLogQ[repeated[r]];
      }
    }
  }

  private void addRepeatGradients(float[] gradients, int candidates, int rows) {
    for (int i = 0, r = 0; i < rows; i++) {
      for (; r < repeatedEnd[i]; r++) {
        gradients[repeatTerms + distance[r]] += scores[i * candidates + repeated[r]];
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
