package dev.dolmen.trainer.catalog;

/** How the best of all items are found. */
public enum SearchIndex {
  /** By looking at all of them. */
  EXACT,

  /** By looking into the cells of similar items that promise most, once there are many items. */
  CELLS
}
