package dev.dolmen.trainer.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where in answers an item was shown and clicked, and by what they were ranked.
 *
 * @param sinceMs when the first of them was shown, milliseconds since 1970; -1 if none was
 * @param shownByPlace answers, by {@link ItemCounts#firstPlace}
 * @param clicksByPlace those of them that it was clicked in by their visit, which named them
 * @param sources the same, by what had ranked, for what has shown it
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
public record ItemPlacing(
    long sinceMs, int[] shownByPlace, int[] clicksByPlace, List<Source> sources) {
  /**
   * Of one ranker.
   *
   * @param by null for all that are not told apart
   */
  public record Source(@Nullable ShownBy by, int shown, int clicks) {}
}
