package dev.dolmen.trainer.catalog;

/** An upsert would exceed a bound of the catalogue. Nothing was logged. */
public final class CatalogFullException extends RuntimeException {
  private CatalogFullException(String message) {
    super(message);
  }

  /** There are as many items as there may be. */
  static CatalogFullException ofItems(int maxItems) {
    return new CatalogFullException(
        "catalog.max_items: the catalogue holds " + maxItems + " items, none can be added");
  }

  /** The items would take more bytes than they may. */
  static CatalogFullException ofBytes(long bytes, long more, long maxBytes) {
    return new CatalogFullException(
        "catalog.max_bytes: the items take "
            + bytes
            + " bytes, and "
            + more
            + " more would be over "
            + maxBytes);
  }
}
