package dev.dolmen.trainer.learn;

/**
 * Publishes the items clicked most of late, at most once a second. Owned by the training thread.
 */
public final class PopularItems {
  private static final int MAX_ITEMS = 1_000;
  private static final long INTERVAL_US = 1_000_000;

  private final Learner learner;
  private final LiveState live;
  private long batches = -1;
  private long refreshedUs = Long.MIN_VALUE;

  public PopularItems(Learner learner, LiveState live) {
    this.learner = learner;
    this.live = live;
  }

  public void refresh(long nowUs) {
    boolean due = refreshedUs == Long.MIN_VALUE || Math.abs(nowUs - refreshedUs) >= INTERVAL_US;
    if (due && learner.batches() != batches) {
      refreshedUs = nowUs;
      batches = learner.batches();
      live.publishPopular(learner.mostClicked(MAX_ITEMS));
    }
  }
}
