package dev.dolmen.trainer.catalog;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the catalogue holds once all changes that were begun are applied, and whether one more fits.
 * The bounds are for what is taken: what the log holds is applied in any case, and a smaller bound
 * after a restart drops nothing. Safe for use by several threads, whose order its caller decides.
 */
public final class CatalogRoom {
  private final int maxItems;
  private final long maxBytes;
  private final AtomicInteger items = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** Room for so many items of so many bytes. */
  public CatalogRoom(int maxItems, long maxBytes) {
    this.maxItems = maxItems;
    this.maxBytes = maxBytes;
  }

  /** Counts again, when all changes are applied. */
  public void count(CatalogReader catalog) {
    items.set(catalog.size());
    bytes.set(catalog.bytes());
  }

  /**
   * Refuses a change that does not fit. One that takes less than before always does.
   *
   * @param moreItems that there would be
   * @param moreBytes that they would take
   * @throws CatalogFullException if there is no room
   */
  public void check(int moreItems, long moreBytes) {
    if (moreItems > 0 && items.get() >= maxItems) {
      throw CatalogFullException.ofItems(maxItems);
    }
    if (moreBytes > 0 && bytes.get() + moreBytes > maxBytes) {
      throw CatalogFullException.ofBytes(bytes.get(), moreBytes, maxBytes);
    }
  }

  /** Takes or, if less than 0, gives back. */
  public void take(int moreItems, long moreBytes) {
    items.addAndGet(moreItems);
    bytes.addAndGet(moreBytes);
  }
}
