package dev.dolmen.trainer.impressions;

import dev.dolmen.v1.Impression;
import org.jspecify.annotations.Nullable;

/** Reads impressions back from where they are on disk. Called by the training thread. */
public interface LoggedImpressions {
  /**
   * The impression in the record that follows the one at {@code before}; null if it is no
   * impression, or the log does not hold it.
   *
   * @param before offset of the record before it, 0 if it is the log's first
   */
  @Nullable Impression after(long before);
}
