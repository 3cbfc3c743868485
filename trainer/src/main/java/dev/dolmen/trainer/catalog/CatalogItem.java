package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One item of the catalogue, packed; a change of the item makes a new one at the same index.
 * Immutable; any thread.
 */
public final class CatalogItem {
  private final int index;

  /** As {@link ItemPacking} writes them. */
  private final byte[] bytes;

  private final String[] tokens;
  private final ItemPacking packing;
  private final Features features;

  CatalogItem(int index, byte[] bytes, String[] tokens, ItemPacking packing, Features features) {
    this.index = index;
    this.bytes = bytes;
    this.tokens = tokens;
    this.packing = packing;
    this.features = features;
  }

  /** An item with nothing but an id, in no catalogue. */
  public static CatalogItem plain(int index, String id, Features features) {
    ItemPacking packing = new ItemPacking(List.of(), new FilterIndex(List.of()));
    return packing.packed(index, Item.newBuilder().setItemId(id).build(), features);
  }

  /** Its place in the item vectors. */
  public int index() {
    return index;
  }

  /** Its fids by item column, and its vectors. */
  public Features features() {
    return features;
  }

  /** Its id. */
  public String id() {
    return ItemPacking.id(bytes);
  }

  /** Whether this is its id. */
  boolean hasId(String id) {
    return ItemPacking.hasId(bytes, id);
  }

  /** Whether it must not be recommended. */
  public boolean isUnavailable() {
    return ItemPacking.isUnavailable(bytes);
  }

  /**
   * Its value in a slot, null if it has none; a vector without its numbers.
   *
   * @param slot its number in the schema
   */
  public @Nullable SlotValue value(int slot) {
    return packing.value(bytes, tokens, slot);
  }

  /**
   * The item as it was upserted, but for the numbers of its vectors, which {@link #features} has:
   * see {@link CatalogReader#whole}. Made again with each call.
   */
  public Item item() {
    return packing.unpack(bytes, tokens);
  }

  /** Whether the other is the same item at the same index. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CatalogItem item
        && index == item.index
        && Arrays.equals(bytes, item.bytes)
        && Arrays.equals(tokens, item.tokens)
        && features.equals(item.features);
  }

  @Override
  public int hashCode() {
    return 31 * index + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "item " + id() + " at " + index;
  }
}
