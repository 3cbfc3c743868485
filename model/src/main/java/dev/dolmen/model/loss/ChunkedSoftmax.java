package dev.dolmen.model.loss;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import java.util.Arrays;

/**
 * Softmax cross entropy of queries over candidates by dot product, with label smoothing (Szegedy et
 * al., "Rethinking the Inception architecture", 2016, section 7): of a target's weight the share ε
 * is spread evenly over all candidates. Works on a few queries at a time, so that scores stay in
 * the cache.
 */
final class ChunkedSoftmax {
  private static final int CHUNK = 128;

  private final Kernels kernels;
  private final int width;
  private final float smoothing;
  private float[] scores = new float[0];

  /** What of a softmax is not the dot products: what is asked, and what else the scores have. */
  interface Task {
    /** Candidate that the query should find, or -1: then it has no part in the loss. */
    int target(int query);

    /** Weight of the query in the loss; 0 or more. */
    float weight(int query);

    /** The most candidates of its own that one of the queries has. */
    int ownMax(int first, int rows);

    /**
     * Fills in what the dot products with the shared candidates are added to, and the whole scores
     * of each query's own candidates behind them: negative infinity where there is none.
     *
     * @param first query of row 0
     * @param scores overwritten, [rows, stride]
     */
    void forward(int first, int rows, float[] scores, int stride);

    /** Accumulates the gradients of what forward used, from those of the scores. */
    void backward(int first, int rows, float[] dScores, int stride);
  }

  /**
   * @param width of queries and candidates
   * @param smoothing ε, 0 to below 1
   */
  ChunkedSoftmax(Kernels kernels, int width, float smoothing) {
    this.kernels = kernels;
    this.width = width;
    this.smoothing = smoothing;
  }

  /**
   * The loss, summed with the queries' weights, and its gradients.
   *
   * @param factor what the gradients are multiplied with; the loss is not
   * @param queryVectors [queries, width]
   * @param vectors [candidates, width], more may follow
   * @param dQueries accumulated into, [queries, width]
   * @param dVectors accumulated into, [candidates, width]
   */
  double forwardBackward(
      int queries,
      int candidates,
      Task task,
      float factor,
      float[] queryVectors,
      float[] vectors,
      float[] dQueries,
      float[] dVectors,
      KernelScratch scratch) {
    int n = candidates;
    int d = width;
    double loss = 0;
    for (int q = 0; q < queries; q += CHUNK) {
      int rows = Math.min(CHUNK, queries - q);
      int at = q * d;
      int stride = n + task.ownMax(q, rows);
      scores = Floats.atLeast(scores, rows * stride);
      task.forward(q, rows, scores, stride);
      kernels.matmulTransposedB(
          rows, n, d, queryVectors, at, d, vectors, 0, d, scores, 0, stride, scratch);
      for (int i = 0; i < rows; i++) {
        loss += row(task.target(q + i), task.weight(q + i), factor, i * stride, n, stride);
      }
      task.backward(q, rows, scores, stride);
      kernels.matmul(rows, d, n, scores, 0, stride, vectors, 0, d, dQueries, at, d, scratch);
      kernels.matmulTransposedA(
          n, d, rows, scores, 0, stride, queryVectors, at, d, dVectors, 0, d, scratch);
    }
    return loss;
  }

  /** Turns the scores of one query into their gradients; returns the weighted loss. */
  private double row(int target, float weight, float factor, int at, int n, int stride) {
    if (target < 0) {
      Arrays.fill(scores, at, at + stride, 0);
      return 0;
    }
    double wanted = (1 - smoothing) * scores[at + target];
    float share = smoothing / n;
    for (int v = 0; share > 0 && v < n; v++) {
      wanted += share * scores[at + v];
    }
    float logSum = kernels.softmax(scores, at, stride);
    scores[at + target] -= 1 - smoothing;
    float scale = weight * factor;
    if (scale != 1 || share > 0) {
      for (int v = 0; v < stride; v++) {
        scores[at + v] = scale * (scores[at + v] - (v < n ? share : 0));
      }
    }
    return weight * (logSum - wanted);
  }
}
