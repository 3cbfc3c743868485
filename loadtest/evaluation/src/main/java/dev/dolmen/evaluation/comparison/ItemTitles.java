package dev.dolmen.evaluation.comparison;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a person would call an item: the value of the slot that is named as a title, or of the first
 * text; without either its id, with the categories that it is in.
 */
final class ItemTitles {
  /** Letters of a title. */
  static final int LETTERS = 80;

  private static final Set<SlotKind> WORDS =
      EnumSet.of(SlotKind.TEXT, SlotKind.TOKENS, SlotKind.CATEGORY);
  private static final Set<SlotKind> CATEGORIES =
      EnumSet.of(SlotKind.CATEGORY, SlotKind.CATEGORY_PATH);

  /** At most one. */
  private final List<String> titles;

  private final List<String> categories;

  ItemTitles(Schema schema) {
    Stream<Slot> named =
        schema.slots().stream().filter(s -> WORDS.contains(s.kind()) && isTitle(s.name()));
    Stream<Slot> texts = schema.slots().stream().filter(s -> s.kind() == SlotKind.TEXT);
    titles = Stream.concat(named, texts).map(Slot::name).limit(1).toList();
    categories =
        schema.slots().stream().filter(s -> CATEGORIES.contains(s.kind())).map(Slot::name).toList();
  }

  private static boolean isTitle(String slot) {
    String name = slot.toLowerCase(Locale.ROOT);
    return name.endsWith("title") || name.endsWith("name");
  }

  String of(Item item) {
    String title = words(item, titles);
    if (!title.isEmpty()) {
      return shortened(title);
    }
    String in = words(item, categories);
    return shortened("item " + item.getItemId() + (in.isEmpty() ? "" : " (" + in + ")"));
  }

  private static String words(Item item, Collection<String> slots) {
    return slots.stream()
        .map(s -> words(item.getSlotsOrDefault(s, SlotValue.getDefaultInstance())))
        .filter(w -> !w.isBlank())
        .collect(Collectors.joining(", "))
        .strip();
  }

  private static String words(SlotValue value) {
    return switch (value.getValueCase()) {
      case TOKEN -> value.getToken();
      case TOKENS -> String.join(" ", value.getTokens().getTokenList());
      case PATH -> String.join(" › ", value.getPath().getTokenList());
      case NUMBER, VECTOR, VALUE_NOT_SET -> "";
    };
  }

  private static String shortened(String title) {
    return title.codePointCount(0, title.length()) <= LETTERS
        ? title
        : title.substring(0, title.offsetByCodePoints(0, LETTERS - 1)).strip() + "…";
  }
}
