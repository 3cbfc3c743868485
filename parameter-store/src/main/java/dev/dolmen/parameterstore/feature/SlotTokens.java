package dev.dolmen.parameterstore.feature;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Slots' values of text, whichever of the forms of text they come in: a client and a file may
 * describe the same thing as one text or as its tokens, and must mean the same by it.
 */
public final class SlotTokens {
  private SlotTokens() {}

  /** Whether a value says nothing: it is as good as absent. */
  static boolean isEmpty(@Nullable SlotValue value) {
    return value == null
        || switch (value.getValueCase()) {
          case TOKEN -> value.getToken().isEmpty();
          case TOKENS -> value.getTokens().getTokenCount() == 0;
          case PATH -> value.getPath().getTokenCount() == 0;
          case VECTOR -> value.getVector().getNumberCount() == 0;
          case NUMBER -> false;
          case VALUE_NOT_SET -> true;
        };
  }

  /**
   * The tokens of a value as a slot of a kind has them: one text is a category, or the one level of
   * a path; of tokens it is those between blanks, as files write them. Null where the value is not
   * of that kind, nor of one that is read as it.
   */
  public static @Nullable List<String> of(SlotKind kind, SlotValue value) {
    boolean numbers = kind.isNumber() || kind == SlotKind.VECTOR;
    if (numbers || value.hasNumber() || value.hasVector() || isEmpty(value)) {
      return null;
    }
    List<String> given =
        switch (value.getValueCase()) {
          case TOKENS -> value.getTokens().getTokenList();
          case PATH -> value.getPath().getTokenList();
          default -> List.of(value.getToken());
        };
    return switch (kind) {
      case CATEGORY_PATH -> given;
      case TOKENS -> value.hasToken() ? split(value.getToken()) : given;
      case TEXT -> value.hasToken() ? given : List.of(String.join(" ", given));
      default -> given.size() == 1 ? given : null;
    };
  }

  private static List<String> split(String text) {
    List<String> tokens = new ArrayList<>();
    for (String token : text.split(" ", -1)) {
      if (!token.isEmpty()) {
        tokens.add(token);
      }
    }
    return tokens.isEmpty() ? List.of(text) : tokens;
  }

  /**
   * Names of the slots of an item of which the schema reads a part: paths deeper than its {@code
   * levels}, and more distinct tokens or words than its {@code maxTokens}.
   */
  public static List<String> cut(Schema schema, Item item) {
    List<String> cut = new ArrayList<>();
    for (Map.Entry<String, SlotValue> entry : item.getSlotsMap().entrySet()) {
      int number = schema.slotOf(entry.getKey());
      if (number >= 0 && isCut(schema.slots().get(number), entry.getValue())) {
        cut.add(entry.getKey());
      }
    }
    return cut;
  }

  private static boolean isCut(Slot slot, SlotValue value) {
    List<String> tokens = of(slot.kind(), value);
    return tokens != null
        && switch (slot.kind()) {
          case CATEGORY_PATH -> tokens.size() > slot.levels();
          case TOKENS ->
              tokens.size() > slot.maxTokens() && new TreeSet<>(tokens).size() > slot.maxTokens();
          case TEXT -> new TreeSet<>(Words.of(tokens.getFirst())).size() > slot.maxTokens();
          default -> false;
        };
  }
}
