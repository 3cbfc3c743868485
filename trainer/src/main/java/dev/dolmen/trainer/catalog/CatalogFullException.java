package dev.dolmen.trainer.catalog;

/** An insert would exceed the configured number of items. Nothing was logged. */
public final class CatalogFullException extends RuntimeException {
  public CatalogFullException(int maxItems) {
    super("catalog.maxItems: the catalogue holds " + maxItems + " items, none can be added");
  }
}
