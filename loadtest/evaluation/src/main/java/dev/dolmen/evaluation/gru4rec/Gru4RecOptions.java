package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.trainer.state.Bounds;

/**
 * How a {@link Gru4RecRecommender} learns, and its bounds.
 *
 * @param width of an item's embedding and of the hidden state, 1 to 1,024
 * @param batchSessions sessions of a step, each with one click, 1 to 4,096; a step is done as soon
 *     as clicks of so many sessions wait
 * @param maxWaiting clicks that wait for a step; at so many one is done with the sessions there
 *     are, 1 to 10,000,000
 * @param samples negatives beside the batch's own targets, shared by the batch, 0 to 65,536
 * @param sampleExponent alpha: an item is drawn with a chance that goes by clicks^alpha, 0 to 1
 * @param loss what is minimised
 * @param logQ of the correction for how likely a candidate was, 0 to 1; only of {@link
 *     GruLoss#CROSS_ENTROPY}
 * @param regularization of the candidates' scores, 0 to 100; only of {@link GruLoss#BPR_MAX}
 * @param learningRate of Adagrad, more than 0 and at most 10
 * @param inputDropout share of an embedding's numbers that are left out of the input, 0 to 0.95
 * @param outputDropout the same of the hidden state where it is multiplied with the candidates; the
 *     state that is kept for the session's next click is whole
 * @param reach clicks of a prefix that are looked at for a prediction: the last ones, 1 to 1,000
 * @param maxItems items, 1 to 10,000,000; another one is refused
 * @param maxSessions whose state is kept, 1 to 10,000,000; the one that began first is forgotten,
 *     after its clicks that wait were learned
 * @param seed of first weights, samples and dropout
 */
public record Gru4RecOptions(
    int width,
    int batchSessions,
    int maxWaiting,
    int samples,
    double sampleExponent,
    GruLoss loss,
    double logQ,
    double regularization,
    double learningRate,
    double inputDropout,
    double outputDropout,
    int reach,
    int maxItems,
    int maxSessions,
    long seed) {
  public Gru4RecOptions {
    Bounds.check("gru4rec.width", width, 1, 1_024);
    Bounds.check("gru4rec.batchSessions", batchSessions, 1, 4_096);
    Bounds.check("gru4rec.maxWaiting", maxWaiting, 1, 10_000_000);
    Bounds.check("gru4rec.samples", samples, 0, 65_536);
    Bounds.check("gru4rec.sampleExponent", sampleExponent, 0, 1);
    Bounds.check("gru4rec.logQ", logQ, 0, 1);
    Bounds.check("gru4rec.regularization", regularization, 0, 100);
    Bounds.check("gru4rec.learningRate", learningRate, Double.MIN_NORMAL, 10);
    Bounds.check("gru4rec.inputDropout", inputDropout, 0, 0.95);
    Bounds.check("gru4rec.outputDropout", outputDropout, 0, 0.95);
    Bounds.check("gru4rec.reach", reach, 1, 1_000);
    Bounds.check("gru4rec.maxItems", maxItems, 1, 10_000_000);
    Bounds.check("gru4rec.maxSessions", maxSessions, 1, 10_000_000);
    Bounds.check("gru4rec.width x maxItems", (long) width * maxItems, 1, 1 << 30);
    Bounds.check("gru4rec.width x maxSessions", (long) width * maxSessions, 1, 1 << 30);
  }

  /**
   * A small network: width 100; steps of 64 sessions; 2,048 negatives by clicks^0.3; cross entropy,
   * wholly corrected; rate 0.07; dropout of 0.3 and 0.2. Of two settings that were tried on the
   * last tenth of diginetica's training sessions; no search.
   */
  public static Gru4RecOptions defaults() {
    return new Gru4RecOptions(
        100,
        64,
        100_000,
        2_048,
        0.3,
        GruLoss.CROSS_ENTROPY,
        1,
        0,
        0.07,
        0.3,
        0.2,
        50,
        1_000_000,
        100_000,
        1);
  }

  /** The same with another seed. */
  public Gru4RecOptions withSeed(long other) {
    return new Gru4RecOptions(
        width,
        batchSessions,
        maxWaiting,
        samples,
        sampleExponent,
        loss,
        logQ,
        regularization,
        learningRate,
        inputDropout,
        outputDropout,
        reach,
        maxItems,
        maxSessions,
        other);
  }
}
