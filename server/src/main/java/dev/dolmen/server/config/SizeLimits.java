package dev.dolmen.server.config;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * How large what callers send may be, so that the work of one request is bounded. Bytes are those
 * of the protobuf encoding.
 *
 * @param maxItemBytes an item of the catalogue
 * @param maxItemTokens tokens of one slot of an item
 * @param maxItemLevels levels of one category path
 * @param maxInlineItemBytes an item that comes with a request for recommendations
 * @param maxInlineItemsBytes all items to be scored that come with one request
 * @param maxContextBytes the context of an event or a session
 * @param maxSessionBytes a session that comes with a request, its events and items included
 */
public record SizeLimits(
    int maxItemBytes,
    int maxItemTokens,
    int maxItemLevels,
    int maxInlineItemBytes,
    int maxInlineItemsBytes,
    int maxContextBytes,
    int maxSessionBytes) {

  /** As they are without a configuration. */
  public static final SizeLimits DEFAULT =
      new SizeLimits(256 << 10, 4_096, 64, 128 << 10, 1 << 20, 16 << 10, 1 << 20);

  /** What a schema can have a slot read is never too much. */
  static SizeLimits read(ConfigSection s) {
    WholeRange bytes = WholeRange.of(1L << 10, 64L << 20);
    return new SizeLimits(
        (int) s.bytes("max_item_bytes", DEFAULT.maxItemBytes, bytes),
        s.integer("max_item_tokens", DEFAULT.maxItemTokens, WholeRange.of(256, 1_000_000)),
        s.integer("max_item_levels", DEFAULT.maxItemLevels, WholeRange.of(8, 1_000)),
        (int) s.bytes("max_inline_item_bytes", DEFAULT.maxInlineItemBytes, bytes),
        (int) s.bytes("max_inline_items_bytes", DEFAULT.maxInlineItemsBytes, bytes),
        (int) s.bytes("max_context_bytes", DEFAULT.maxContextBytes, bytes),
        (int) s.bytes("max_session_bytes", DEFAULT.maxSessionBytes, bytes));
  }
}
