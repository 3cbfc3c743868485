package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.RowOptions;

/** How much memory a slot's table can take. */
public final class TableMemory {
  private TableMemory() {}

  /** Bytes off the heap that a slot takes at most, with all its rows. */
  public static long bytesMax(RowOptions options) {
    if (options.maxBytes() > 0) {
      return options.maxBytes();
    }
    return SlotFootprint.of(options).bytesMax(options);
  }
}
