package dev.dolmen.evaluation.baseline;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What an item's metadata says, as words: values of slots, each with its slot's name. */
public final class ItemWords {
  private static final Pattern WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

  private final Schema schema;

  public ItemWords(Schema schema) {
    this.schema = schema;
  }

  /** Of all slots but ids and numbers, each word once; of a path every level, with those above. */
  public Set<String> of(Item item) {
    Set<String> words = new LinkedHashSet<>();
    for (Slot slot : schema.slots()) {
      words.addAll(of(item, slot));
    }
    return words;
  }

  /** Of the slot that says what kind of thing an item is; of a path the last level. */
  public List<String> category(Item item) {
    for (SlotKind kind : List.of(SlotKind.CATEGORY, SlotKind.CATEGORY_PATH, SlotKind.TOKENS)) {
      for (Slot slot : schema.slots()) {
        if (slot.kind() == kind) {
          List<String> words = of(item, slot);
          boolean path = kind == SlotKind.CATEGORY_PATH && !words.isEmpty();
          return path ? List.of(words.getLast()) : words;
        }
      }
    }
    return List.of();
  }

  private static List<String> of(Item item, Slot slot) {
    SlotValue value = item.getSlotsMap().get(slot.name());
    if (value == null) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    String name = slot.name() + "=";
    switch (slot.kind()) {
      case CATEGORY -> words.add(name + value.getToken());
      case TOKENS -> value.getTokens().getTokenList().forEach(t -> words.add(name + t));
      case TEXT ->
          WORDS
              .splitAsStream(value.getToken().toLowerCase(Locale.ROOT))
              .filter(w -> !w.isEmpty())
              .forEach(w -> words.add(name + w));
      case CATEGORY_PATH -> {
        StringBuilder way = new StringBuilder(name);
        for (String level : value.getPath().getTokenList()) {
          words.add(way.append('/').append(level).toString());
        }
      }
      case ID, NUMBER, AGE, VECTOR, CONTEXT -> {
        // No words.
      }
    }
    return words;
  }
}
