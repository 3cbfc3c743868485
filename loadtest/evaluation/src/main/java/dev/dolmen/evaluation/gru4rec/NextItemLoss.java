package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.model.kernel.Kernels;

/** The losses of a {@link GruLoss}, with their gradients, a row of scores at a time. */
final class NextItemLoss {
  private final Kernels kernels = Kernels.best();
  private final GruLoss kind;
  private final double regularization;
  private float[] shares = new float[0];

  NextItemLoss(GruLoss kind, double regularization) {
    this.kind = kind;
    this.regularization = regularization;
  }

  /**
   * The loss of a prediction.
   *
   * @param scores of the candidates from {@code at} on, corrected where they are to be; replaced by
   *     the loss's gradients
   * @param target the candidate that came
   */
  double forwardBackward(float[] scores, int at, int candidates, int target) {
    return switch (kind) {
      case CROSS_ENTROPY -> crossEntropy(scores, at, candidates, target);
      case BPR_MAX -> bprMax(scores, at, candidates, target);
    };
  }

  private double crossEntropy(float[] scores, int at, int candidates, int target) {
    double own = scores[at + target];
    double loss = kernels.softmax(scores, at, candidates) - own;
    scores[at + target] -= 1;
    return loss;
  }

  /**
   * With P = Σ s(j) σ(j) and R = Σ s(j) r(j)², whose derivatives by a softmax are s(j) (. - mean).
   */
  private double bprMax(float[] scores, int at, int candidates, int target) {
    if (candidates == 1) {
      scores[at] = 0;
      return 0;
    }
    if (shares.length < candidates) {
      shares = new float[candidates];
    }
    float own = scores[at + target];
    System.arraycopy(scores, at, shares, 0, candidates);
    shares[target] = Float.NEGATIVE_INFINITY;
    kernels.softmax(shares, 0, candidates);
    double sum = 0;
    double squares = 0;
    for (int v = 0; v < candidates; v++) {
      float r = scores[at + v];
      sum += shares[v] * GruCell.sigmoid(own - r);
      squares += shares[v] * r * r;
    }
    double p = sum + 1e-24;
    double dOwn = 0;
    for (int v = 0; v < candidates; v++) {
      float r = scores[at + v];
      double s = shares[v];
      double better = GruCell.sigmoid(own - r);
      double slope = s * better * (1 - better) / p;
      dOwn -= slope;
      double dShare = s * (sum - better) / p;
      double dNorm = regularization * s * (2 * r + (double) r * r - squares);
      scores[at + v] = (float) (dShare + slope + dNorm);
    }
    scores[at + target] = (float) dOwn;
    return -StrictMath.log(p) + regularization * squares;
  }
}
