package dev.dolmen.trainer.impressions;

import dev.dolmen.v1.Impression;

/**
 * Is told of impressions, and of clicks on them, as the joiner finds them: next to what is learned,
 * and without a say in it. Called by the training thread.
 */
public interface ImpressionObserver {
  /** Of an impression that is of no interest. */
  int NO_TAG = -1;

  /** What is remembered of an impression while it waits: 0 or more, or {@link #NO_TAG}. */
  int tag(Impression impression);

  /** It came, for the first time. Not called for {@link #NO_TAG}. */
  void shown(int tag);

  /**
   * One of its items was clicked for the first time. Not called for {@link #NO_TAG}.
   *
   * @param first whether none of its items was clicked before
   */
  void clicked(int tag, boolean first);
}
