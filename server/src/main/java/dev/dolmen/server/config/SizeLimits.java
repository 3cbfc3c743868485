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

  /** What a schema can have a slot read is never too much. */
  static SizeLimits read(ConfigSection s) {
    WholeRange bytes = WholeRange.of(1L << 10, 64L << 20);
    return new SizeLimits(
        (int) s.bytes("max_item_bytes", 256L << 10, bytes),
        s.integer("max_item_tokens", 4_096, WholeRange.of(256, 1_000_000)),
        s.integer("max_item_levels", 64, WholeRange.of(8, 1_000)),
        (int) s.bytes("max_inline_item_bytes", 128L << 10, bytes),
        (int) s.bytes("max_inline_items_bytes", 1L << 20, bytes),
        (int) s.bytes("max_context_bytes", 16L << 10, bytes),
        (int) s.bytes("max_session_bytes", 1L << 20, bytes));
  }
}
