package dev.dolmen.evaluation.gru4rec;

/** What a {@link Gru4RecRecommender} minimises. */
public enum GruLoss {
  /**
   * Softmax over the candidates, each score less {@link Gru4RecOptions#logQ} times the logarithm of
   * the chance with which it became a candidate.
   */
  CROSS_ENTROPY,

  /**
   * -log Σ s(j) σ(r(target) - r(j)) + regularization Σ s(j) r(j)², j over the candidates but the
   * target and s their softmax: BPR-max of Hidasi and Karatzoglou 2018, section 3.
   */
  BPR_MAX
}
