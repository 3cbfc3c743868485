package dev.dolmen.trainer.catalog;

import dev.dolmen.v1.Item;
import org.jspecify.annotations.Nullable;

/** What any thread may read of the catalogue, at any time. */
public interface CatalogReader {
  /** Index of an item, or -1. */
  int indexOf(String itemId);

  /** The item at {@code index}, or null if there is none. Any index of 0 or more. */
  @Nullable CatalogItem item(int index);

  /** The item of an id, or null if there is none. */
  @Nullable CatalogItem item(String itemId);

  /** What an item was upserted as, its vectors as they are kept. */
  Item whole(CatalogItem item);

  /**
   * Another item's id whose fid is the same as that of {@code itemId}, so that the two would share
   * a row; null if there is none.
   */
  @Nullable String sharesFid(String itemId);

  /** Items that came although another's id has the same fid. */
  long fidCollisions();

  /** Number of items. */
  int size();

  /** Bytes of the heap that they take, see {@link ItemBytes}. */
  long bytes();

  /** Which items have what filters ask for. */
  FilterIndex filters();

  /** One more than the highest index ever used. */
  int indexLimit();
}
