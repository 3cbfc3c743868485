package dev.dolmen.trainer.learn;

/**
 * Makes visible what is learned: the model with every batch, the items clicked most at most once a
 * second. The rest of {@link LiveState} shows by itself. Owned by the training thread.
 */
public final class LivePublisher {
  private static final int POPULAR_ITEMS = 1_000;
  private static final long POPULAR_INTERVAL_US = 1_000_000;

  private final Learner learner;
  private final LiveState live;
  private long popularBatches = -1;
  private long popularUs = Long.MIN_VALUE;

  /**
   * Publishes what has been learned so far: there may be requests before the next batch.
   *
   * @param logOffset everything in the log up to this is learned
   */
  public LivePublisher(Learner learner, long logOffset) {
    this.learner = learner;
    live = learner.live(logOffset);
    publishPopular(0);
  }

  /** The read side, for any thread. */
  public LiveState live() {
    return live;
  }

  /** Makes the state of now visible, unless it is. Nothing is pending. */
  public void publish(long logOffset, long nowUs) {
    Published before = live.published();
    if (before.learnedLogOffset() != logOffset || before.modelVersion() != learner.batches()) {
      live.publish(learner.published(logOffset));
      publishPopular(nowUs);
    }
  }

  private void publishPopular(long nowUs) {
    boolean due = popularUs == Long.MIN_VALUE || Math.abs(nowUs - popularUs) >= POPULAR_INTERVAL_US;
    if (due && learner.batches() != popularBatches) {
      popularUs = nowUs;
      popularBatches = learner.batches();
      live.publishPopular(learner.mostClicked(POPULAR_ITEMS));
    }
  }
}
