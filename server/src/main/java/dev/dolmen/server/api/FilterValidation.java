package dev.dolmen.server.api;

import static dev.dolmen.server.api.Fields.invalid;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.NumberRange;
import java.util.List;
import java.util.Locale;

/** Checks filters against the schema. */
final class FilterValidation {
  private static final int FILTERS_MAX = 32;

  private final Schema schema;

  FilterValidation(Schema schema) {
    this.schema = schema;
  }

  void filters(List<Filter> filters) {
    if (filters.size() > FILTERS_MAX) {
      throw invalid("filters", filters.size() + " filters, expected at most " + FILTERS_MAX);
    }
    for (int i = 0; i < filters.size(); i++) {
      try {
        filter(filters.get(i));
      } catch (InvalidRequestException e) {
        throw e.in("filters[" + i + ']');
      }
    }
  }

  private void filter(Filter filter) {
    int number = schema.slotOf(filter.getSlot());
    if (number < 0) {
      throw invalid(
          "slot",
          Errors.describe(filter.getSlot()) + ", expected a slot of the schema: " + filterable());
    }
    Slot slot = schema.slots().get(number);
    if (!isFilterable(slot)) {
      String kind = slot.kind().name().toLowerCase(Locale.ROOT);
      throw invalid(
          "slot",
          Errors.describe(slot.name())
              + " is of kind "
              + kind
              + ", expected one of "
              + filterable());
    }
    switch (filter.getConditionCase()) {
      case RANGE -> range(slot, filter.getRange());
      case ANY_OF -> tokens("any_of", slot, filter.getAnyOf().getTokenList());
      case NONE_OF -> tokens("none_of", slot, filter.getNoneOf().getTokenList());
      case CONDITION_NOT_SET ->
          throw invalid("condition", "not set, expected any_of, none_of or range");
    }
  }

  private static void range(Slot slot, NumberRange range) {
    if (!slot.kind().isNumber()) {
      throw invalid(
          "range",
          "slot " + Errors.describe(slot.name()) + " is no number, expected any_of or none_of");
    }
    if (!range.hasMin() && !range.hasMax()) {
      throw invalid("range", "has no bound, expected min, max or both");
    }
    if (Double.isNaN(range.getMin()) || Double.isNaN(range.getMax())) {
      throw invalid("range", "NaN, expected numbers");
    }
    if (range.hasMin() && range.hasMax() && range.getMin() > range.getMax()) {
      throw invalid(
          "range",
          "min " + range.getMin() + " is above max " + range.getMax() + ", expected below");
    }
  }

  private static void tokens(String field, Slot slot, List<String> tokens) {
    if (slot.kind().isNumber()) {
      throw invalid(field, "slot " + Errors.describe(slot.name()) + " is a number, expected range");
    }
    if (tokens.isEmpty() || tokens.size() > Fields.LIST_MAX) {
      throw invalid(field + ".token", tokens.size() + " tokens, expected 1 to " + Fields.LIST_MAX);
    }
    int empty = tokens.indexOf("");
    if (empty >= 0) {
      throw invalid(field + ".token[" + empty + ']', "is empty, expected a token");
    }
  }

  private List<String> filterable() {
    return schema.slots().stream().filter(FilterValidation::isFilterable).map(Slot::name).toList();
  }

  /** Visits are not filtered, text has no tokens that callers would know, and vectors have none. */
  private static boolean isFilterable(Slot slot) {
    return slot.kind() != SlotKind.CONTEXT
        && slot.kind() != SlotKind.TEXT
        && slot.kind() != SlotKind.VECTOR;
  }
}
