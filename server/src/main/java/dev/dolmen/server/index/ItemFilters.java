package dev.dolmen.server.index;

import dev.dolmen.parameterstore.feature.SlotTokens;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.SlotValue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the conditions of a request into one {@link ItemFilter}. */
public final class ItemFilters {
  private ItemFilters() {}

  /**
   * All of {@code filters}, which have been validated against the schema. The cheapest conditions
   * are asked first.
   *
   * @param caller asked before each; what it throws ends it
   */
  public static ItemFilter compile(List<Filter> filters, Schema schema, Caller caller) {
    ItemFilter numbers = ItemFilter.ALL;
    ItemFilter tokens = ItemFilter.ALL;
    for (Filter filter : filters) {
      caller.checkWaiting();
      switch (filter.getConditionCase()) {
        case RANGE -> numbers = numbers.and(range(filter.getSlot(), filter.getRange()));
        case ANY_OF ->
            tokens = tokens.and(anyOf(filter, schema, filter.getAnyOf().getTokenList(), true));
        case NONE_OF ->
            tokens = tokens.and(anyOf(filter, schema, filter.getNoneOf().getTokenList(), false));
        case CONDITION_NOT_SET -> throw new IllegalArgumentException("filter without a condition");
      }
    }
    return numbers.and(tokens);
  }

  private static ItemFilter range(String slot, NumberRange range) {
    double min = range.hasMin() ? range.getMin() : Double.NEGATIVE_INFINITY;
    double max = range.hasMax() ? range.getMax() : Double.POSITIVE_INFINITY;
    return item -> {
      SlotValue value = value(item, slot);
      return value != null
          && value.hasNumber()
          && value.getNumber() >= min
          && value.getNumber() <= max;
    };
  }

  private static ItemFilter anyOf(
      Filter filter, Schema schema, List<String> tokens, boolean wanted) {
    Set<String> set = new HashSet<>(tokens);
    String slot = filter.getSlot();
    SlotKind kind = schema.slots().get(schema.slotOf(slot)).kind();
    if (kind == SlotKind.ID) {
      return item -> set.contains(item.getItemId()) == wanted;
    }
    return item -> hasAny(kind, value(item, slot), set) == wanted;
  }

  private static boolean hasAny(SlotKind kind, @Nullable SlotValue value, Set<String> set) {
    List<String> tokens = value == null ? null : SlotTokens.of(kind, value);
    return tokens != null && containsAny(set, tokens);
  }

  private static boolean containsAny(Set<String> tokens, List<String> of) {
    for (int i = 0; i < of.size(); i++) {
      if (tokens.contains(of.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable SlotValue value(Item item, String slot) {
    return item.getSlotsMap().get(slot);
  }
}
