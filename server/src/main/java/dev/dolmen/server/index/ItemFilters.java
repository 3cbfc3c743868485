package dev.dolmen.server.index;

import dev.dolmen.parameterstore.feature.SlotTokens;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.catalog.ItemSet;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the conditions of a request into one {@link ItemFilter}. */
public final class ItemFilters {
  private ItemFilters() {}

  /**
   * A filter and what the index says of it.
   *
   * @param conditions all of them
   */
  private record Indexed(ItemFilter conditions, PassingItems passing) implements ItemFilter {
    @Override
    public boolean accepts(CatalogItem item) {
      return conditions.accepts(item);
    }
  }

  /**
   * All of {@code filters}, which have been validated against the schema. The cheapest conditions
   * are asked first.
   *
   * @param catalog whose items are filtered
   * @param caller asked before each; what it throws ends it
   */
  public static ItemFilter compile(
      List<Filter> filters, Schema schema, CatalogReader catalog, Caller caller) {
    if (filters.isEmpty()) {
      return ItemFilter.ALL;
    }
    ItemFilter numbers = ItemFilter.ALL;
    ItemFilter tokens = ItemFilter.ALL;
    for (Filter filter : filters) {
      caller.checkWaiting();
      switch (filter.getConditionCase()) {
        case RANGE ->
            numbers = numbers.and(range(schema.slotOf(filter.getSlot()), filter.getRange()));
        case ANY_OF ->
            tokens = tokens.and(anyOf(filter, schema, filter.getAnyOf().getTokenList(), true));
        case NONE_OF ->
            tokens = tokens.and(anyOf(filter, schema, filter.getNoneOf().getTokenList(), false));
        case CONDITION_NOT_SET -> throw new IllegalArgumentException("filter without a condition");
      }
    }
    return new Indexed(numbers.and(tokens), passing(filters, schema, catalog, caller));
  }

  private static PassingItems passing(
      List<Filter> filters, Schema schema, CatalogReader catalog, Caller caller) {
    @Nullable ItemSet items = null;
    List<PassingItems.Range> ranges = new ArrayList<>();
    for (Filter filter : filters) {
      int slot = schema.slotOf(filter.getSlot());
      switch (filter.getConditionCase()) {
        case RANGE -> ranges.add(rangeOf(slot, filter.getRange()));
        case ANY_OF -> {
          ItemSet having = having(slot, filter.getAnyOf(), schema, catalog, caller);
          items = items == null ? having : items.and(having);
        }
        case NONE_OF -> {
          ItemSet having = having(slot, filter.getNoneOf(), schema, catalog, caller);
          items = (items == null ? catalog.filters().items() : items).andNot(having);
        }
        case CONDITION_NOT_SET -> throw new IllegalArgumentException("filter without a condition");
      }
    }
    ItemSet tokens = items == null ? catalog.filters().items() : items;
    return new PassingItems(catalog.filters(), tokens, ranges);
  }

  private static PassingItems.Range rangeOf(int slot, NumberRange range) {
    return new PassingItems.Range(
        slot,
        range.hasMin() ? range.getMin() : Double.NEGATIVE_INFINITY,
        range.hasMax() ? range.getMax() : Double.POSITIVE_INFINITY);
  }

  /** The items that have any of some tokens. */
  private static ItemSet having(
      int slot, TokenList tokens, Schema schema, CatalogReader catalog, Caller caller) {
    boolean ids = schema.slots().get(slot).kind() == SlotKind.ID;
    List<ItemSet> sets = new ArrayList<>();
    for (int i = 0; i < tokens.getTokenCount(); i++) {
      caller.checkEvery(i);
      String token = tokens.getToken(i);
      sets.add(ids ? ItemSet.of(catalog.indexOf(token)) : catalog.filters().having(slot, token));
    }
    return ItemSet.anyOf(sets);
  }

  private static ItemFilter range(int slot, NumberRange given) {
    PassingItems.Range range = rangeOf(slot, given);
    return item -> {
      SlotValue value = item.value(slot);
      return value != null
          && value.hasNumber()
          && value.getNumber() >= range.min()
          && value.getNumber() <= range.max();
    };
  }

  private static ItemFilter anyOf(
      Filter filter, Schema schema, List<String> tokens, boolean wanted) {
    Set<String> set = new HashSet<>(tokens);
    int slot = schema.slotOf(filter.getSlot());
    SlotKind kind = schema.slots().get(slot).kind();
    if (kind == SlotKind.ID) {
      return item -> set.contains(item.id()) == wanted;
    }
    return item -> hasAny(kind, item.value(slot), set) == wanted;
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
}
