package dev.dolmen.trainer.catalog;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * Bounds of the catalogue. What each number can be stands in the constant of its name.
 *
 * @param maxItems items at most; an insert beyond is refused
 * @param maxBytes of the heap that items take at most, see {@link ItemBytes}; what would make them
 *     more is refused; 0 for a third of the heap
 * @param quarantineRecords log records that must pass before the index of a deleted item may be
 *     given to another item, so that no request under way mistakes one for the other; it must also
 *     have left every session
 * @param keepDeletedSec seconds of event time for which a deleted item's place is kept, so that an
 *     item of the same id finds what was learned of it; 0 for not at all
 * @param deletedBytes of the heap that what is kept of deleted items takes at most, beyond which
 *     the one deleted first is forgotten; with those of the catalogue they are no more than {@code
 *     maxItems}
 * @param scan numbers that a scan of all items reads first; the answers are the same
 * @param index by which the best items are found
 */
public record CatalogOptions(
    int maxItems,
    long maxBytes,
    int quarantineRecords,
    long keepDeletedSec,
    long deletedBytes,
    ScanPrecision scan,
    SearchIndex index) {
  public static final WholeRange MAX_ITEMS = WholeRange.of(1, 50_000_000);
  public static final WholeRange MAX_BYTES = WholeRange.of(1L << 20, 1L << 42);
  public static final WholeRange QUARANTINE_RECORDS = WholeRange.of(0, 100_000_000);
  public static final WholeRange KEEP_DELETED_SEC = WholeRange.of(0, 31_536_000);
  public static final WholeRange DELETED_BYTES = WholeRange.of(1L << 16, 1L << 36);

  public CatalogOptions {
    MAX_ITEMS.check("catalog.maxItems", maxItems);
    if (maxBytes != 0) {
      MAX_BYTES.check("catalog.maxBytes", maxBytes);
    }
    QUARANTINE_RECORDS.check("catalog.quarantineRecords", quarantineRecords);
    KEEP_DELETED_SEC.check("catalog.keepDeletedSec", keepDeletedSec);
    DELETED_BYTES.check("catalog.deletedBytes", deletedBytes);
  }

  /**
   * 2,000,000 items in a third of the heap, indexes reused after 65,536 records, deleted items
   * remembered for a week in 256 MiB, scans of floats, cells.
   */
  public static CatalogOptions defaults() {
    return new CatalogOptions(
        2_000_000, 0, 65_536, 604_800, 256L << 20, ScanPrecision.FP32, SearchIndex.CELLS);
  }

  /** The bound on bytes that holds in this process. */
  public long heldBytes() {
    return maxBytes == 0 ? Runtime.getRuntime().maxMemory() / 3 : maxBytes;
  }
}
