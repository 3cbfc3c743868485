package dev.dolmen.server.ranking;

import dev.dolmen.trainer.signals.SignalParts.Signal;

/** Names of parts of scores, and the reasons that they are. */
final class PartName {
  static final String PRIOR = "prior";
  static final String COSINE = "cosine";
  static final String REPEATS = "repeats";
  static final String BEHIND = "behind";
  static final String POPULARITY = "popularity";
  static final String NEWNESS = "newness";

  private PartName() {}

  /**
   * The reason of a score whose largest part this is.
   *
   * @param bought whether the event that it comes from is a purchase
   */
  static String reason(String part, boolean bought) {
    return switch (part) {
      case PRIOR, POPULARITY, BEHIND -> "popular_here";
      case COSINE -> "follows";
      case NEWNESS -> "new_in";
      case "seen", REPEATS -> "seen";
      case "similar_visits", "neighbors" -> "similar_visits";
      case "likeness" -> "like";
      case "visited_together", "visited_together_recently", "co_occurrence" ->
          bought ? "bought_with" : "visited_with";
      default -> throw new IllegalArgumentException(part + ", expected the name of a part");
    };
  }

  /** Whether the reason of a part is about an event's item. */
  static boolean isOfEvent(String part) {
    return switch (part) {
      case PRIOR, POPULARITY, BEHIND, NEWNESS -> false;
      default -> true;
    };
  }

  /** Of a signal. */
  static String of(Signal signal) {
    return signal.label();
  }
}
