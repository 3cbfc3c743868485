package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.HalfLife;
import dev.dolmen.trainer.state.Bounds;

/**
 * How clicks become popularity.
 *
 * @param halfLife after which a click counts half
 * @param maxItems a click on an item with this number or a larger one is refused; 8 bytes an item
 */
public record PopularityOptions(HalfLife halfLife, int maxItems) {
  public PopularityOptions {
    Bounds.check("popularity.maxItems", maxItems, 1, Integer.MAX_VALUE - 8L);
  }

  /** All clicks alike, up to 10 million items. */
  public static PopularityOptions global() {
    return new PopularityOptions(HalfLife.never(), 10_000_000);
  }

  /** The latest clicks: half after 10,000 of them. */
  public static PopularityOptions recent() {
    return new PopularityOptions(HalfLife.clicks(10_000), 10_000_000);
  }
}
