package dev.dolmen.trainer.learn;

import dev.dolmen.trainer.state.Bounds;

/**
 * How the log becomes batches and what each batch learns from.
 *
 * @param batchEvents feedback events that close a batch, 1 to 65,536
 * @param batchAgeMs milliseconds after which a batch is closed with what it has, 1 to 60,000
 * @param negatives items drawn uniformly from the catalogue as shared negatives of a batch, beside
 *     the targets of the batch; 0 to 65,536
 * @param fullSoftmaxItems catalogue size up to which every item is a candidate of every prediction,
 *     0 to 100,000
 * @param logQ strength of the correction for how often a candidate is sampled: 1 is the whole
 *     correction (Yi et al., RecSys 2019, section 4), 0 none
 * @param negativeRate share of the impressions whose unclicked items are learned from; 0.001 to 1
 * @param popularityHalfLifeEvents feedback events after which a click counts half, for sampling
 *     frequencies; 1,000 to 1,000,000,000
 * @param baselineHalfLifeEvents the same for the popularity baseline
 * @param validationShare share of predictions that progressive validation scores, chosen by batch
 *     number and position; 0 to 1
 * @param validationWindow predictions in the sliding window of validation figures, 100 to
 *     10,000,000
 * @param refreshItemsPerBatch items whose vectors are brought up to date after each batch, beside
 *     those the batch touched; 0 to 1,000,000
 * @param expireRowsPerBatch embedding rows looked at for expiry after each batch, 0 to 1,000,000
 * @param lagMs milliseconds that a logged record should wait at most before it is learned: sets the
 *     back-pressure, 50 to 60,000
 * @param lagRecordsMin records that may always wait, whatever the measured speed; 1 to 1,000,000
 * @param threads that share the large matrix products of a batch, the training thread included,
 *     with any number of them the same to the bit; 1 to 64
 */
public record TrainingOptions(
    int batchEvents,
    long batchAgeMs,
    int negatives,
    int fullSoftmaxItems,
    float logQ,
    double negativeRate,
    long popularityHalfLifeEvents,
    long baselineHalfLifeEvents,
    double validationShare,
    int validationWindow,
    int refreshItemsPerBatch,
    int expireRowsPerBatch,
    long lagMs,
    int lagRecordsMin,
    int threads) {
  public TrainingOptions {
    Bounds.check("training.batchEvents", batchEvents, 1, 65_536);
    Bounds.check("training.batchAgeMs", batchAgeMs, 1, 60_000);
    Bounds.check("training.negatives", negatives, 0, 65_536);
    Bounds.check("training.fullSoftmaxItems", fullSoftmaxItems, 0, 100_000);
    Bounds.check("training.logQ", logQ, 0, 1);
    Bounds.check("training.negativeRate", negativeRate, 0.001, 1);
    Bounds.check(
        "training.popularityHalfLifeEvents", popularityHalfLifeEvents, 1_000, 1_000_000_000);
    Bounds.check("training.baselineHalfLifeEvents", baselineHalfLifeEvents, 1_000, 1_000_000_000);
    Bounds.check("training.validationShare", validationShare, 0, 1);
    Bounds.check("training.validationWindow", validationWindow, 100, 10_000_000);
    Bounds.check("training.refreshItemsPerBatch", refreshItemsPerBatch, 0, 1_000_000);
    Bounds.check("training.expireRowsPerBatch", expireRowsPerBatch, 0, 1_000_000);
    Bounds.check("training.lagMs", lagMs, 50, 60_000);
    Bounds.check("training.lagRecordsMin", lagRecordsMin, 1, 1_000_000);
    Bounds.check("training.threads", threads, 1, 64);
  }

  /**
   * 256 events or 50 ms a batch, 1,024 negatives, full softmax up to 3,000 items, the whole log-Q
   * correction (docs/measurements has what less of it gave), a tenth of the impressions for what was
   * not clicked, half-lives of 10,000 (popularity) and 50,000 (baseline) events, every prediction
   * validated with a window of 10,000, 1,024 items refreshed and 4,096 rows looked at a batch, 300
   * ms of lag but always 1,024 records, one thread: the other cores are for requests.
   */
  public static TrainingOptions defaults() {
    return new TrainingOptions(
        256, 50, 1_024, 3_000, 1f, 0.1, 10_000, 50_000, 1.0, 10_000, 1_024, 4_096, 300, 1_024, 1);
  }
}
