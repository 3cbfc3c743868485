package dev.dolmen.server.api;

import static dev.dolmen.server.api.Fields.invalid;

import com.google.protobuf.MessageLite;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.config.SizeLimits;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Checks how large the parts of requests are, before anything is made of them. The errors name the
 * option that bounds the part. Immutable; any thread.
 */
final class SizeValidation {
  private static final String OPTIONS = " (server.sizes.";

  private final SizeLimits limits;

  SizeValidation(SizeLimits limits) {
    this.limits = limits;
  }

  /** An item for the catalogue; field paths are relative to it. */
  void item(Item item) {
    item(item, limits.maxItemBytes(), "max_item_bytes");
  }

  /** An item that comes with a request; field paths are relative to it. */
  void inlineItem(Item item) {
    item(item, limits.maxInlineItemBytes(), "max_inline_item_bytes");
  }

  /** The items of one request that are to be scored. */
  void inlineItems(String field, List<Item> items) {
    long bytes = items.stream().mapToLong(MessageLite::getSerializedSize).sum();
    atMost(field, bytes, "bytes", limits.maxInlineItemsBytes(), "max_inline_items_bytes");
  }

  void session(SessionContext session) {
    int bytes = session.getSerializedSize();
    atMost("session", bytes, "bytes", limits.maxSessionBytes(), "max_session_bytes");
  }

  void context(Map<String, String> context) {
    long bytes = 0;
    for (Map.Entry<String, String> entry : context.entrySet()) {
      bytes += bytes(entry.getKey()) + bytes(entry.getValue());
    }
    atMost("context", bytes, "bytes", limits.maxContextBytes(), "max_context_bytes");
  }

  private void item(Item item, int bytesMax, String option) {
    atMost("slots", item.getSerializedSize(), "bytes with the item's id", bytesMax, option);
    for (Map.Entry<String, SlotValue> slot : item.getSlotsMap().entrySet()) {
      SlotValue value = slot.getValue();
      if (value.hasTokens()) {
        int tokens = value.getTokens().getTokenCount();
        String field = field(slot.getKey(), "tokens");
        atMost(field, tokens, "tokens", limits.maxItemTokens(), "max_item_tokens");
      } else if (value.hasPath()) {
        int levels = value.getPath().getTokenCount();
        String field = field(slot.getKey(), "path");
        atMost(field, levels, "levels", limits.maxItemLevels(), "max_item_levels");
      }
    }
  }

  private static String field(String slot, String part) {
    return "slots[" + ShownText.of(slot) + "]." + part + ".token";
  }

  private static void atMost(String field, long size, String unit, int max, String option) {
    if (size > max) {
      throw invalid(
          field, size + " " + unit + ", expected at most " + max + OPTIONS + option + ')');
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
