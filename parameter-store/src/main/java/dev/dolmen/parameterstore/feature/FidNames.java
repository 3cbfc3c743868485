package dev.dolmen.parameterstore.feature;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the fids of an item stand for, for people who look at its rows. Fids come from the item's
 * features; a name that is not found in its metadata is empty. Any thread.
 */
public final class FidNames {
  /** Enough to tell knots apart. */
  private static final MathContext DIGITS = new MathContext(4);

  private final Schema schema;
  private final FeatureExtractor extractor;
  private final List<ColumnSpec> columns;

  /**
   * A fid by its name.
   *
   * @param slot number of the slot
   * @param name the id, token or word; of a path the tokens down to its level with " / " between
   *     them; of a knot the number at it, of an age in seconds
   */
  public record Named(int slot, String name, long fid) {}

  public FidNames(FeatureExtractor extractor) {
    this.extractor = extractor;
    schema = extractor.schema();
    columns = extractor.itemColumns();
  }

  /**
   * Fids of an item in the order of the schema's slots, of a path by level, of a number or an age
   * those of the knots next to it. Slots of kind vector have none.
   *
   * @param features of the item
   * @param nowSec at which ages are read, seconds of event time
   */
  public List<Named> of(Item item, Features features, long nowSec) {
    List<Named> named = new ArrayList<>();
    KnotEntries knots = new KnotEntries();
    for (int c = 0; c < columns.size(); c++) {
      ColumnSpec column = columns.get(c);
      Map<Long, String> names = names(schema.slots().get(column.slot()), item);
      for (int e = features.columnStart()[c]; e < features.columnStart()[c + 1]; e++) {
        if (column.isLookedUp()) {
          column.read(features, e, nowSec, knots);
          for (int k = 0; k < knots.size(); k++) {
            named.add(new Named(column.slot(), knot(column, knots.fid(k)), knots.fid(k)));
          }
        } else {
          named.add(named(column.slot(), features.fids()[e], names));
        }
      }
    }
    return named;
  }

  private Named named(int number, long fid, Map<Long, String> names) {
    Slot slot = schema.slots().get(number);
    String name =
        slot.kind() == SlotKind.NUMBER && slot.knots() instanceof KnotOptions.Even even
            ? number(at(fid, even))
            : names.getOrDefault(fid, "");
    return new Named(number, name, fid);
  }

  private String knot(ColumnSpec column, long fid) {
    return column.ages()
        ? Long.toString(AgeKnots.ageSec(fid))
        : number(extractor.learnedKnots().at(column.slot(), fid));
  }

  private static double at(long knot, KnotOptions.Even knots) {
    double position = knot * knots.step();
    return knots.scale() == KnotScale.LOG
        ? Math.copySign(Math.expm1(Math.abs(position) * Math.log(2)), position)
        : position;
  }

  private static String number(double value) {
    return Double.isFinite(value) ? shortest(value) : "";
  }

  private static String shortest(double value) {
    double rounded = BigDecimal.valueOf(value).round(DIGITS).doubleValue();
    return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15
        ? Long.toString((long) rounded)
        : Double.toString(rounded);
  }

  private static Map<Long, String> names(Slot slot, Item item) {
    Map<Long, String> names = new HashMap<>();
    if (slot.kind() == SlotKind.ID) {
      names.put(Fids.ofId(item.getItemId()), item.getItemId());
      return names;
    }
    SlotValue value = item.getSlotsMap().get(slot.name());
    List<String> tokens = value == null ? null : SlotTokens.of(slot.kind(), value);
    if (tokens == null) {
      return names;
    }
    switch (slot.kind()) {
      case CATEGORY, TOKENS -> tokens.forEach(token -> names.put(Fids.ofToken(token), token));
      case TEXT -> Words.of(tokens.getFirst()).forEach(word -> names.put(Fids.ofToken(word), word));
      case CATEGORY_PATH -> {
        for (int level = 1; level <= Math.min(tokens.size(), slot.levels()); level++) {
          List<String> path = tokens.subList(0, level);
          names.put(Fids.ofPath(path), String.join(" / ", path));
        }
      }
      case NUMBER, AGE, VECTOR, ID, CONTEXT -> {}
    }
    return names;
  }
}
