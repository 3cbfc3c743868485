package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.range.WholeRange;
import org.jspecify.annotations.Nullable;

/**
 * What answers where the model should not. What each number can be stands in the constant of its
 * name.
 *
 * @param ranker that answers then; null for none, which leaves everything to the model
 * @param learnedEvents feedback events that the model has to have learned before it answers
 * @param afterWaitMs milliseconds after which a request that has waited for its turn is not worth
 *     the model's time any more; 0 for never
 */
public record FallbackOptions(@Nullable RankerKind ranker, long learnedEvents, long afterWaitMs) {
  public static final WholeRange LEARNED_EVENTS = WholeRange.of(0, 1_000_000_000_000L);
  public static final WholeRange AFTER_WAIT_MS = WholeRange.of(0, 600_000);

  /** No fallback. */
  public static final FallbackOptions NONE = new FallbackOptions(null, 0, 0);

  public FallbackOptions {
    LEARNED_EVENTS.check("fallback.learnedEvents", learnedEvents);
    AFTER_WAIT_MS.check("fallback.afterWait", afterWaitMs);
    if (ranker == RankerKind.DOLMEN) {
      throw new IllegalArgumentException(
          "fallback.ranker: dolmen, expected another than the model");
    }
  }

  /** Nothing answers in the model's place; if something did, until it has learned 1,000 events. */
  public static FallbackOptions defaults() {
    return new FallbackOptions(null, 1_000, 0);
  }
}
