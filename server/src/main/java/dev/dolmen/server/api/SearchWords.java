package dev.dolmen.server.api;

import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Words that are looked for in items: each has to occur in the id or in a text of a slot. */
final class SearchWords {
  /** Longest query. */
  static final int BYTES_MAX = 256;

  private final List<String> words;

  /** Of a query; none are in every item. */
  SearchWords(String query) {
    words =
        Arrays.stream(query.toLowerCase(Locale.ROOT).split("\\s+"))
            .filter(word -> !word.isEmpty())
            .toList();
  }

  boolean isNone() {
    return words.isEmpty();
  }

  boolean areIn(Item item) {
    return words.stream().allMatch(word -> isIn(item, word));
  }

  private static boolean isIn(Item item, String word) {
    return contains(item.getItemId(), word)
        || item.getSlotsMap().values().stream().anyMatch(value -> isIn(value, word));
  }

  private static boolean isIn(SlotValue value, String word) {
    return switch (value.getValueCase()) {
      case TOKEN -> contains(value.getToken(), word);
      case TOKENS -> value.getTokens().getTokenList().stream().anyMatch(t -> contains(t, word));
      case PATH -> value.getPath().getTokenList().stream().anyMatch(t -> contains(t, word));
      case NUMBER, VECTOR, VALUE_NOT_SET -> false;
    };
  }

  private static boolean contains(String text, String word) {
    return text.toLowerCase(Locale.ROOT).contains(word);
  }
}
