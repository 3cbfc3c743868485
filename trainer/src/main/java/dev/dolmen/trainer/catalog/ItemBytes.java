package dev.dolmen.trainer.catalog;

import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.List;
import java.util.Map;

/**
 * How many bytes of the heap an item of the catalogue takes: what it was sent with and the fids
 * made of it. An estimate from above of the layout of a 64-bit JVM with compressed references, the
 * same on every machine.
 */
public final class ItemBytes {
  /** The item, its record, its places in the maps by id and by fid and in the array by index. */
  private static final int ITEM = 320;

  /** An entry of the map of slots, the value and what is in it. */
  private static final int SLOT = 136;

  /** A string object with its array and the reference to it. */
  private static final int STRING = 56;

  /** A fid, or the hash it is made of, for each token. */
  private static final int FID = 16;

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
    for (Map.Entry<String, SlotValue> slot : item.getSlotsMap().entrySet()) {
      bytes += SLOT + 2L * slot.getKey().length() + of(slot.getValue());
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

  /** A text is kept as a fid for each word, and a word has a blank behind it. */
  private static long words(String text) {
    return (long) FID * (text.length() / 2);
  }
}
