package dev.dolmen.trainer.catalog;

import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.List;

/**
 * How many bytes of the heap an item of the catalogue takes: what it was sent with, as {@link
 * ItemPacking} keeps it, the fids made of it, and its places in the indexes of ids, of content and
 * for filters. An estimate from above of the layout of a 64-bit JVM with compressed references, the
 * same on every machine; from above by so much that a token which no other item has fits in.
 */
public final class ItemBytes {
  /** The item, its arrays and features, its places in what goes by id or index. */
  private static final int ITEM = 320;

  /** Bytes of an item with nothing but a short id. */
  public static final int LEAST = ITEM;

  /** What says which slot it is, and of what kind its value. */
  private static final int SLOT = 16;

  /** A share of a string object that items have in common, and the reference to it. */
  private static final int STRING = 24;

  /** A fid, its weight and its place in the index of content, for each token. */
  private static final int FID = 24;

  /** Characters of a word with what is behind it, on the mean at least. */
  private static final int WORD = 4;

  /** A list of numbers and the array that keeps them, without the numbers. */
  private static final int VECTOR = 96;

  private ItemBytes() {}

  /** Bytes of an item of the catalogue: as many as of what it was upserted as. */
  public static long of(CatalogItem item) {
    return of(item.item()) + item.features().vectorBytes();
  }

  /** Bytes of one item. */
  public static long of(Item item) {
    long bytes = ITEM + 2L * item.getItemId().length();
    for (SlotValue slot : item.getSlotsMap().values()) {
      bytes += SLOT + of(slot);
    }
    return bytes;
  }

  private static long of(SlotValue value) {
    return switch (value.getValueCase()) {
      case TOKEN -> STRING + FID + 2L * value.getToken().length() + words(value.getToken());
      case TOKENS -> of(value.getTokens().getTokenList());
      case PATH -> of(value.getPath().getTokenList());
      case NUMBER, VALUE_NOT_SET -> FID;
      case VECTOR -> VECTOR + (long) Short.BYTES * value.getVector().getNumberCount();
    };
  }

  private static long of(List<String> tokens) {
    long bytes = 0;
    for (String token : tokens) {
      bytes += STRING + FID + 2L * token.length();
    }
    return bytes;
  }

  /** A text is kept as a fid for each word, too. */
  private static long words(String text) {
    return (long) FID * (text.length() / WORD);
  }
}
