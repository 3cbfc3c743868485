package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;
import dev.dolmen.trainer.validation.ClickValidation;
import dev.dolmen.trainer.validation.ProgressiveValidation;
import dev.dolmen.trainer.validation.ValidationReader;
import java.util.function.UnaryOperator;

/**
 * How the log becomes batches and what each batch learns from. What each number can be stands in
 * the constant of its name.
 *
 * @param batchEvents feedback events that close a batch
 * @param batchAgeMs milliseconds after which a batch is closed with what it has
 * @param negatives items drawn uniformly from the catalogue as shared negatives of a batch, beside
 *     the targets of the batch
 * @param fullSoftmaxItems catalogue size up to which every item is a candidate of every prediction
 * @param logQ strength of the correction for how often a candidate is sampled: 1 is the whole
 *     correction (Yi et al., RecSys 2019, section 4), 0 none
 * @param newness share of the items of a batch that are learned from as if they had just come:
 *     without id, popularity and visits, so that items that did are scored on the same scale; none
 *     where items have nothing but their id
 * @param newnessDecayEvents events learned after which that share falls with the square root of
 *     those learned, to a third; 0 for one that stays
 * @param negativeRate share of the impressions whose unclicked items are learned from
 * @param samplingHalfLifeEvents feedback events after which a click counts half, for the chance of
 *     an item to be in a batch
 * @param popularityHalfLifeEvents the same for the popularity that scores use, and for the baseline
 * @param validationShare share of predictions that progressive validation scores, chosen by batch
 *     number and position
 * @param validationTime share of the training thread's time that progressive validation takes at
 *     most, as measured: beyond it fewer predictions are scored
 * @param validationWindow predictions in the sliding window of validation figures
 * @param refreshItemsPerBatch items whose vectors are brought up to date after a full batch, as
 *     many fewer after a smaller one, beside those that the batch's sessions name
 * @param priorAgeSec seconds of learning after which an item's popularity is brought up to date in
 *     what requests see, at the latest, though nobody has clicked it
 * @param expireRowsPerBatch embedding rows looked at for expiry after each batch
 * @param lagMs milliseconds that a logged record should wait at most before it is learned: sets the
 *     back-pressure
 * @param lagRecordsMin records that may always wait, whatever the measured speed
 * @param threads that share the large matrix products of a batch, the training thread included,
 *     with any number of them the same to the bit
 */
public record TrainingOptions(
    int batchEvents,
    long batchAgeMs,
    int negatives,
    int fullSoftmaxItems,
    float logQ,
    float newness,
    long newnessDecayEvents,
    double negativeRate,
    long samplingHalfLifeEvents,
    long popularityHalfLifeEvents,
    double validationShare,
    double validationTime,
    int validationWindow,
    int refreshItemsPerBatch,
    long priorAgeSec,
    int expireRowsPerBatch,
    long lagMs,
    int lagRecordsMin,
    int threads) {
  public static final WholeRange BATCH_EVENTS = WholeRange.of(1, 65_536);
  public static final WholeRange BATCH_AGE_MS = WholeRange.of(1, 60_000);
  public static final WholeRange NEGATIVES = WholeRange.of(0, 65_536);
  public static final WholeRange FULL_SOFTMAX_ITEMS = WholeRange.of(0, 100_000);
  public static final NumberRange LOG_Q = NumberRange.of(0, 1);
  public static final NumberRange NEWNESS = NumberRange.of(0, 0.9);
  public static final WholeRange NEWNESS_DECAY_EVENTS = WholeRange.of(0, 1_000_000_000);
  public static final NumberRange NEGATIVE_RATE = NumberRange.of(0.001, 1);
  public static final WholeRange SAMPLING_HALF_LIFE_EVENTS = WholeRange.of(1_000, 1_000_000_000);
  public static final WholeRange POPULARITY_HALF_LIFE_EVENTS = WholeRange.of(1_000, 1_000_000_000);
  public static final NumberRange VALIDATION_SHARE = NumberRange.of(0, 1);
  public static final NumberRange VALIDATION_TIME = NumberRange.of(0, 1);
  public static final WholeRange PRIOR_AGE_SEC = WholeRange.of(1, 86_400);
  public static final WholeRange VALIDATION_WINDOW = WholeRange.of(100, 10_000_000);
  public static final WholeRange REFRESH_ITEMS_PER_BATCH = WholeRange.of(0, 1_000_000);
  public static final WholeRange EXPIRE_ROWS_PER_BATCH = WholeRange.of(0, 1_000_000);
  public static final WholeRange LAG_MS = WholeRange.of(50, 60_000);
  public static final WholeRange LAG_RECORDS_MIN = WholeRange.of(1, 1_000_000);
  public static final WholeRange THREADS = WholeRange.of(1, 64);

  /** The share of {@link #newness} to which it falls, as the rate of dense parameters does. */
  private static final double LEAST_NEWNESS = 1.0 / 3;

  public TrainingOptions {
    BATCH_EVENTS.check("training.batchEvents", batchEvents);
    BATCH_AGE_MS.check("training.batchAgeMs", batchAgeMs);
    NEGATIVES.check("training.negatives", negatives);
    FULL_SOFTMAX_ITEMS.check("training.fullSoftmaxItems", fullSoftmaxItems);
    LOG_Q.check("training.logQ", logQ);
    NEWNESS.check("training.newness", newness);
    NEWNESS_DECAY_EVENTS.check("training.newnessDecayEvents", newnessDecayEvents);
    NEGATIVE_RATE.check("training.negativeRate", negativeRate);
    SAMPLING_HALF_LIFE_EVENTS.check("training.samplingHalfLifeEvents", samplingHalfLifeEvents);
    POPULARITY_HALF_LIFE_EVENTS.check(
        "training.popularityHalfLifeEvents", popularityHalfLifeEvents);
    VALIDATION_SHARE.check("training.validationShare", validationShare);
    VALIDATION_TIME.check("training.validationTime", validationTime);
    PRIOR_AGE_SEC.check("training.priorAgeSec", priorAgeSec);
    VALIDATION_WINDOW.check("training.validationWindow", validationWindow);
    REFRESH_ITEMS_PER_BATCH.check("training.refreshItemsPerBatch", refreshItemsPerBatch);
    EXPIRE_ROWS_PER_BATCH.check("training.expireRowsPerBatch", expireRowsPerBatch);
    LAG_MS.check("training.lagMs", lagMs);
    LAG_RECORDS_MIN.check("training.lagRecordsMin", lagRecordsMin);
    THREADS.check("training.threads", threads);
  }

  /** The share of a batch's items that are learned as new, after so many events. */
  float newnessAfter(long eventsLearned) {
    return newnessDecayEvents > 0 && eventsLearned > newnessDecayEvents
        ? newness
            * (float)
                Math.max(LEAST_NEWNESS, Math.sqrt((double) newnessDecayEvents / eventsLearned))
        : newness;
  }

  /** The figures of a process that validates nothing. */
  public ValidationReader noValidation() {
    return newValidation();
  }

  /** Validation of a learner that has learned nothing. */
  ProgressiveValidation newValidation() {
    return new ProgressiveValidation(
        validationWindow, validationShare, new ClickValidation(negativeRate));
  }

  /**
   * What the product runs with; {@code docs/measurements} has what less of the log-Q correction
   * gave. One thread: the other cores are for requests.
   */
  public static TrainingOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public TrainingOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private int batchEvents = 256;
    private long batchAgeMs = 50;
    private int negatives = 1_024;
    private int fullSoftmaxItems = 3_000;
    private float logQ = 1f;
    private float newness = 0.2f;
    private long newnessDecayEvents = 128_000;
    private double negativeRate = 0.1;
    private long samplingHalfLifeEvents = 10_000;
    private long popularityHalfLifeEvents = 50_000;
    private double validationShare = 1.0;
    private double validationTime = 0.1;
    private int validationWindow = 10_000;
    private int refreshItemsPerBatch = 2_048;
    private long priorAgeSec = 30;
    private int expireRowsPerBatch = 4_096;
    private long lagMs = 300;
    private int lagRecordsMin = 1_024;
    private int threads = 1;

    private Builder() {}

    private Builder(TrainingOptions from) {
      batchEvents = from.batchEvents;
      batchAgeMs = from.batchAgeMs;
      negatives = from.negatives;
      fullSoftmaxItems = from.fullSoftmaxItems;
      logQ = from.logQ;
      newness = from.newness;
      newnessDecayEvents = from.newnessDecayEvents;
      negativeRate = from.negativeRate;
      samplingHalfLifeEvents = from.samplingHalfLifeEvents;
      popularityHalfLifeEvents = from.popularityHalfLifeEvents;
      validationShare = from.validationShare;
      validationTime = from.validationTime;
      validationWindow = from.validationWindow;
      refreshItemsPerBatch = from.refreshItemsPerBatch;
      priorAgeSec = from.priorAgeSec;
      expireRowsPerBatch = from.expireRowsPerBatch;
      lagMs = from.lagMs;
      lagRecordsMin = from.lagRecordsMin;
      threads = from.threads;
    }

    public Builder batchEvents(int value) {
      batchEvents = value;
      return this;
    }

    public Builder batchAgeMs(long value) {
      batchAgeMs = value;
      return this;
    }

    public Builder negatives(int value) {
      negatives = value;
      return this;
    }

    public Builder fullSoftmaxItems(int value) {
      fullSoftmaxItems = value;
      return this;
    }

    public Builder logQ(float value) {
      logQ = value;
      return this;
    }

    public Builder newness(float value) {
      newness = value;
      return this;
    }

    public Builder newnessDecayEvents(long value) {
      newnessDecayEvents = value;
      return this;
    }

    public Builder negativeRate(double value) {
      negativeRate = value;
      return this;
    }

    public Builder samplingHalfLifeEvents(long value) {
      samplingHalfLifeEvents = value;
      return this;
    }

    public Builder popularityHalfLifeEvents(long value) {
      popularityHalfLifeEvents = value;
      return this;
    }

    public Builder validationShare(double value) {
      validationShare = value;
      return this;
    }

    public Builder validationTime(double value) {
      validationTime = value;
      return this;
    }

    public Builder priorAgeSec(long value) {
      priorAgeSec = value;
      return this;
    }

    public Builder validationWindow(int value) {
      validationWindow = value;
      return this;
    }

    public Builder refreshItemsPerBatch(int value) {
      refreshItemsPerBatch = value;
      return this;
    }

    public Builder expireRowsPerBatch(int value) {
      expireRowsPerBatch = value;
      return this;
    }

    public Builder lagMs(long value) {
      lagMs = value;
      return this;
    }

    public Builder lagRecordsMin(int value) {
      lagRecordsMin = value;
      return this;
    }

    public Builder threads(int value) {
      threads = value;
      return this;
    }

    private TrainingOptions build() {
      return new TrainingOptions(
          batchEvents,
          batchAgeMs,
          negatives,
          fullSoftmaxItems,
          logQ,
          newness,
          newnessDecayEvents,
          negativeRate,
          samplingHalfLifeEvents,
          popularityHalfLifeEvents,
          validationShare,
          validationTime,
          validationWindow,
          refreshItemsPerBatch,
          priorAgeSec,
          expireRowsPerBatch,
          lagMs,
          lagRecordsMin,
          threads);
    }
  }
}
