package dev.dolmen.trainer.catalog;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * Bounds of the catalogue. What each number can be stands in the constant of its name.
 *
 * @param maxItems items at most; an insert beyond is refused
 * @param quarantineRecords log records that must pass before the index of a deleted item may be
 *     given to another item, so that no request under way mistakes one for the other; it must also
 *     have left every session
 * @param scan numbers that a scan of all items reads first; the answers are the same
 */
public record CatalogOptions(int maxItems, int quarantineRecords, ScanPrecision scan) {
  public static final WholeRange MAX_ITEMS = WholeRange.of(1, 50_000_000);
  public static final WholeRange QUARANTINE_RECORDS = WholeRange.of(0, 100_000_000);

  public CatalogOptions {
    MAX_ITEMS.check("catalog.maxItems", maxItems);
    QUARANTINE_RECORDS.check("catalog.quarantineRecords", quarantineRecords);
  }

  /** 2,000,000 items, indexes reused after 65,536 records, scans of floats. */
  public static CatalogOptions defaults() {
    return new CatalogOptions(2_000_000, 65_536, ScanPrecision.FP32);
  }
}
