package dev.dolmen.trainer.catalog;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.trainer.state.Bounds;

/**
 * Bounds of the catalogue.
 *
 * @param maxItems items at most; an insert beyond is refused, 1 to 50,000,000
 * @param quarantineRecords log records that must pass before the index of a deleted item may be
 *     given to another item, so that no request under way mistakes one for the other; it must also
 *     have left every session. 0 to 100,000,000
 * @param scan numbers that a scan of all items reads first; the answers are the same
 */
public record CatalogOptions(int maxItems, int quarantineRecords, ScanPrecision scan) {
  public CatalogOptions {
    Bounds.check("catalog.maxItems", maxItems, 1, 50_000_000);
    Bounds.check("catalog.quarantineRecords", quarantineRecords, 0, 100_000_000);
  }

  /** 2,000,000 items, indexes reused after 65,536 records, scans of floats. */
  public static CatalogOptions defaults() {
    return new CatalogOptions(2_000_000, 65_536, ScanPrecision.FP32);
  }
}
