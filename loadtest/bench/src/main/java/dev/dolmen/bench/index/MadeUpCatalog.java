package dev.dolmen.bench.index;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.catalog.FilterIndex;
import dev.dolmen.v1.Item;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** So many items with nothing but an id, "i" and their index. Immutable; any thread. */
final class MadeUpCatalog implements CatalogReader {
  private static final Features NONE = new Features(new long[0], new float[0], new int[] {0});

  private final CatalogItem[] items;
  private final FilterIndex filters = new FilterIndex(List.of());

  MadeUpCatalog(int size) {
    items = new CatalogItem[size];
    for (int i = 0; i < size; i++) {
      items[i] = CatalogItem.plain(i, "i" + i, NONE);
    }
  }

  @Override
  public int indexOf(String itemId) {
    int index = Integer.parseInt(itemId.substring(1));
    return index < items.length ? index : -1;
  }

  @Override
  public @Nullable CatalogItem item(int index) {
    return index < items.length ? items[index] : null;
  }

  @Override
  public @Nullable CatalogItem item(String itemId) {
    int index = indexOf(itemId);
    return index < 0 ? null : items[index];
  }

  @Override
  public Item whole(CatalogItem item) {
    return item.item();
  }

  @Override
  public @Nullable String sharesFid(String itemId) {
    return null;
  }

  @Override
  public long fidCollisions() {
    return 0;
  }

  @Override
  public int size() {
    return items.length;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public FilterIndex filters() {
    return filters;
  }

  @Override
  public int indexLimit() {
    return items.length;
  }
}
