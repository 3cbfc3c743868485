package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.state.Bounds;
import org.jspecify.annotations.Nullable;

/**
 * What answers where the model should not.
 *
 * @param ranker that answers then; null for none, which leaves everything to the model
 * @param learnedEvents feedback events that the model has to have learned before it answers; 0 to
 *     10¹²
 * @param afterWaitMs milliseconds after which a request that has waited for its turn is not worth
 *     the model's time any more; 0 for never, else up to 600,000
 */
public record FallbackOptions(@Nullable RankerKind ranker, long learnedEvents, long afterWaitMs) {
  /** No fallback. */
  public static final FallbackOptions NONE = new FallbackOptions(null, 0, 0);

  public FallbackOptions {
    Bounds.check("fallback.learnedEvents", learnedEvents, 0, 1_000_000_000_000L);
    Bounds.check("fallback.afterWait", afterWaitMs, 0, 600_000);
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
