package dev.dolmen.parameterstore.feature;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the metadata of items and the context of visits into fids by the schema.
 *
 * <ul>
 *   <li>Category: the token's hash.
 *   <li>Category path: one column a level; the fid of a level is the hash of the whole path down to
 *       it, so that "sale" under "shoes" and "sale" under "books" differ. Levels below the schema's
 *       are not read.
 *   <li>Tokens: distinct tokens in the order of their fids, of which the first {@code maxTokens}
 *       are read, so equal sets give equal features; text: the first {@code maxTokens} distinct
 *       lower-case words.
 *   <li>Number: the two knots next to it, weighted by closeness. The fid is the knot's number.
 *       Where knots are learned, see {@link LearnedKnots}, an entry holds the bits of the number
 *       itself, of which {@link ColumnSpec} makes knots when it is looked at: the fid is that of
 *       the quantile, and a number beyond the last knots counts as the last.
 *   <li>Age: an entry of the moment of birth, of which {@link ColumnSpec} makes the two knots next
 *       to the age.
 *   <li>Vector: its numbers, see {@link UnitVector}; no fids.
 *   <li>Id: see {@link Fids#ofId}.
 * </ul>
 *
 * <p>An empty value is an absent one. Text comes as one text or as tokens, see {@link SlotTokens}.
 *
 * <p>Two different values of one slot of an item with the same fid are refused: see {@link Fids}
 * for the odds.
 *
 * <p>Immutable but for the learned knots; any thread.
 */
public final class FeatureExtractor {
  /** Longest token in bytes of UTF-8. */
  public static final int MAX_TOKEN_BYTES = 512;

  /** Longest text in bytes of UTF-8. */
  public static final int MAX_TEXT_BYTES = 65_536;

  /** Knots are numbered within this distance from 0, where every double is still exact. */
  private static final double MAX_KNOT = 1L << 52;

  /** Moments of birth lie before this, in the year 5138: milliseconds do not. */
  private static final double MAX_BIRTH_SEC = 1e11;

  private final Schema schema;
  private final LearnedKnots learned;
  private final VectorSlots vectors;
  private final SharedArrays shared = new SharedArrays();
  private final List<ColumnSpec> itemColumns = new ArrayList<>();
  private final List<ColumnSpec> contextColumns = new ArrayList<>();

  public FeatureExtractor(Schema schema) {
    this.schema = schema;
    learned = new LearnedKnots(schema);
    vectors = new VectorSlots(schema);
    for (int number = 0; number < schema.slots().size(); number++) {
      Slot slot = schema.slots().get(number);
      List<ColumnSpec> columns = slot.kind() == SlotKind.CONTEXT ? contextColumns : itemColumns;
      for (int level = 0; level < slot.columns(); level++) {
        String name =
            slot.kind() == SlotKind.CATEGORY_PATH ? slot.name() + '/' + level : slot.name();
        columns.add(
            new ColumnSpec(
                name,
                number,
                slot.rows().dim(),
                slot.dimension(),
                slot.kind() == SlotKind.AGE,
                learned.learns(number) ? learned : null));
      }
    }
  }

  /** The slots of items and visits. */
  public Schema schema() {
    return schema;
  }

  /** The columns of {@link #item}, in its order. */
  public List<ColumnSpec> itemColumns() {
    return List.copyOf(itemColumns);
  }

  /** The columns of {@link #context}, in its order. */
  public List<ColumnSpec> contextColumns() {
    return List.copyOf(contextColumns);
  }

  /** The knots that numbers come to where they are learned. */
  public LearnedKnots learnedKnots() {
    return learned;
  }

  /**
   * Features of an item: the slots in the schema's order, without those of kind context.
   *
   * @throws InvalidFeatureException if a slot is unknown, of the wrong kind, too long, not finite
   *     or missing though required
   */
  public Features item(Item item) {
    for (String name : item.getSlotsMap().keySet()) {
      checkItemSlot(name);
    }
    return item(item, true);
  }

  /**
   * Features of an item that {@link #fitting} has made: what a schema of before took may lack what
   * this one requires.
   *
   * @throws InvalidFeatureException if a value is too long or not finite
   */
  public Features fitted(Item item) {
    return item(item, false);
  }

  private Features item(Item item, boolean requires) {
    FeatureColumns columns = new FeatureColumns(itemColumns.size());
    for (int number = 0; number < schema.slots().size(); number++) {
      Slot slot = schema.slots().get(number);
      if (slot.kind() == SlotKind.ID) {
        columns.add(Fids.ofId(checkToken("item_id", item.getItemId(), MAX_TOKEN_BYTES)), 1);
        columns.end();
      } else if (slot.kind() != SlotKind.CONTEXT) {
        addSlot(columns, slot, item.getSlotsMap().get(slot.name()), requires);
      }
    }
    return columns.toFeatures(vectors.of(item), shared);
  }

  /**
   * An item that another schema took, without the values that this one has no slot for or whose
   * slot is of another kind now; itself if there are none.
   */
  public Item fitting(Item item) {
    Item.Builder without = null;
    for (Map.Entry<String, SlotValue> entry : item.getSlotsMap().entrySet()) {
      int number = schema.slotOf(entry.getKey());
      if (number < 0 || !fits(schema.slots().get(number), entry.getValue())) {
        without = without == null ? item.toBuilder() : without;
        without.removeSlots(entry.getKey());
      }
    }
    return without == null ? item : without.build();
  }

  private static boolean fits(Slot slot, SlotValue value) {
    return switch (slot.kind()) {
      case ID, CONTEXT -> false;
      case NUMBER, AGE -> value.hasNumber() || SlotTokens.isEmpty(value);
      case VECTOR ->
          value.getVector().getNumberCount() == slot.dimension() || SlotTokens.isEmpty(value);
      case CATEGORY, CATEGORY_PATH, TOKENS, TEXT ->
          SlotTokens.isEmpty(value) || SlotTokens.of(slot.kind(), value) != null;
    };
  }

  /** A context that another schema took, without the keys that this one has no slot for. */
  public Map<String, String> fitting(Map<String, String> context) {
    Map<String, String> known = new HashMap<>(context);
    known.keySet().retainAll(contextColumns.stream().map(ColumnSpec::name).toList());
    return known;
  }

  /** An item without the numbers of its vectors, which its features have. */
  public Item withoutVectors(Item item) {
    return vectors.without(item);
  }

  /**
   * The item that {@link #withoutVectors} took them from, with vectors as its features have them.
   */
  public Item withVectors(Item item, Features features) {
    return vectors.with(item, features.vectors());
  }

  /**
   * Features of a visit: the slots of kind context in the schema's order; one that is missing or
   * empty is an absent column.
   *
   * @throws InvalidFeatureException if a key is no context slot, or its value too long
   */
  public Features context(Map<String, String> context) {
    for (Map.Entry<String, String> entry : context.entrySet()) {
      int number = schema.slotOf(entry.getKey());
      if (number < 0 || schema.slots().get(number).kind() != SlotKind.CONTEXT) {
        throw new InvalidFeatureException(
            "context[" + ShownText.of(entry.getKey()) + "]",
            entry.getValue(),
            "a slot of kind context: " + names(contextColumns));
      }
    }
    FeatureColumns columns = new FeatureColumns(contextColumns.size());
    for (ColumnSpec column : contextColumns) {
      String value = context.get(column.name());
      if (value != null && !value.isEmpty()) {
        String field = "context[" + column.name() + "]";
        columns.add(Fids.ofToken(checkToken(field, value, MAX_TOKEN_BYTES)), 1);
      }
      columns.end();
    }
    return columns.toFeatures(Features.NO_VECTORS, shared);
  }

  private void checkItemSlot(String name) {
    int number = schema.slotOf(name);
    if (number < 0) {
      throw new InvalidFeatureException(
          "slots[" + ShownText.of(name) + "]", name, "a slot of the schema: " + names(itemColumns));
    }
    SlotKind kind = schema.slots().get(number).kind();
    if (kind == SlotKind.ID) {
      throw new InvalidFeatureException("slots[" + name + "]", name, "the item's id in item_id");
    }
    if (kind == SlotKind.CONTEXT) {
      throw new InvalidFeatureException(
          "slots[" + name + "]", name, "context in the context of a visit, not in an item");
    }
  }

  private static void addSlot(
      FeatureColumns columns, Slot slot, @Nullable SlotValue value, boolean requires) {
    if (value == null || SlotTokens.isEmpty(value)) {
      if (requires && slot.required()) {
        throw new InvalidFeatureException("slots[" + slot.name() + "]", "", "a value: required");
      }
      for (int i = 0; i < slot.columns(); i++) {
        columns.end();
      }
      return;
    }
    if (slot.kind().isNumber() && value.hasNumber()) {
      addNumber(columns, slot, value.getNumber());
      return;
    }
    if (slot.kind() == SlotKind.VECTOR && value.hasVector()) {
      columns.end();
      return;
    }
    List<String> tokens = SlotTokens.of(slot.kind(), value);
    if (tokens == null) {
      throw wrongKind(slot, value);
    }
    switch (slot.kind()) {
      case CATEGORY -> addCategory(columns, slot, tokens.getFirst());
      case CATEGORY_PATH -> addPath(columns, slot, tokens);
      case TOKENS -> addTokens(columns, slot, tokens);
      case TEXT -> addText(columns, slot, tokens.getFirst());
      case NUMBER, AGE, VECTOR, ID, CONTEXT -> throw new AssertionError(slot.kind());
    }
  }

  private static InvalidFeatureException wrongKind(Slot slot, SlotValue value) {
    SlotValue.ValueCase expected =
        switch (slot.kind()) {
          case CATEGORY, TEXT, ID, CONTEXT -> SlotValue.ValueCase.TOKEN;
          case CATEGORY_PATH -> SlotValue.ValueCase.PATH;
          case TOKENS -> SlotValue.ValueCase.TOKENS;
          case NUMBER, AGE -> SlotValue.ValueCase.NUMBER;
          case VECTOR -> SlotValue.ValueCase.VECTOR;
        };
    return new InvalidFeatureException(
        "slots[" + slot.name() + "]",
        value.getValueCase().name().toLowerCase(Locale.ROOT),
        expected.name().toLowerCase(Locale.ROOT) + ", as the slot is of kind " + slot.kind());
  }

  private static void addCategory(FeatureColumns columns, Slot slot, String token) {
    columns.add(Fids.ofToken(checkToken(field(slot, "token"), token, MAX_TOKEN_BYTES)), 1);
    columns.end();
  }

  private static void addPath(FeatureColumns columns, Slot slot, List<String> path) {
    ByteArrayOutputStream prefix = new ByteArrayOutputStream();
    for (int level = 0; level < path.size(); level++) {
      String field = field(slot, "path.token[" + level + "]");
      byte[] token =
          checkToken(field, path.get(level), MAX_TOKEN_BYTES).getBytes(StandardCharsets.UTF_8);
      if (level < slot.levels()) {
        Fids.addLevel(prefix, token);
        columns.add(Fids.ofBytes(prefix.toByteArray()), 1);
        columns.end();
      }
    }
    for (int level = path.size(); level < slot.levels(); level++) {
      columns.end();
    }
  }

  private static void addTokens(FeatureColumns columns, Slot slot, List<String> tokens) {
    long[] fids = new long[tokens.size()];
    for (int i = 0; i < fids.length; i++) {
      String field = field(slot, "tokens.token[" + i + "]");
      fids[i] = Fids.ofToken(checkToken(field, tokens.get(i), MAX_TOKEN_BYTES));
    }
    long[] distinct = Arrays.stream(fids).sorted().distinct().toArray();
    if (distinct.length < fids.length) {
      checkNoCollision(field(slot, "tokens.token"), tokens);
    }
    columns.addMean(distinct, Math.min(distinct.length, slot.maxTokens()));
    columns.end();
  }

  private static void addText(FeatureColumns columns, Slot slot, String text) {
    checkToken(field(slot, "token"), text, MAX_TEXT_BYTES);
    List<String> all = Words.of(text);
    long[] distinct = all.stream().mapToLong(Fids::ofToken).distinct().toArray();
    if (distinct.length < all.size()) {
      checkNoCollision(field(slot, "token"), all);
    }
    long[] words = Arrays.copyOf(distinct, Math.min(distinct.length, slot.maxTokens()));
    Arrays.sort(words);
    columns.addMean(words, words.length);
    columns.end();
  }

  /** Where both values are at hand, one row for two of them is refused rather than learned. */
  private static void checkNoCollision(String field, List<String> tokens) {
    Map<Long, String> byFid = new HashMap<>();
    for (String token : tokens) {
      String other = byFid.putIfAbsent(Fids.ofToken(token), token);
      if (other != null && !other.equals(token)) {
        throw new InvalidFeatureException(
            field,
            token,
            "no value with the 64-bit hash of another, \"" + ShownText.of(other) + "\"");
      }
    }
  }

  private static void addNumber(FeatureColumns columns, Slot slot, double number) {
    if (slot.kind() == SlotKind.AGE) {
      addBirth(columns, slot, number);
      return;
    }
    switch (slot.knots()) {
      case KnotOptions.Even even -> addEven(columns, slot, number, even);
      case KnotOptions.Quantiles quantiles -> {
        check(Double.isFinite(number), slot, number, "a finite number");
        columns.add(Double.doubleToRawLongBits(number), 1);
      }
    }
    columns.end();
  }

  private static void addEven(
      FeatureColumns columns, Slot slot, double number, KnotOptions.Even knots) {
    double position = (knots.scale() == KnotScale.LOG ? signedLog2(number) : number) / knots.step();
    check(
        Math.abs(position) <= MAX_KNOT,
        slot,
        number,
        Double.isFinite(number)
            ? "a number within " + MAX_KNOT + " knots of " + knots.step()
            : "a finite number");
    double below = Math.floor(position);
    columns.addBetween((long) below, (long) below + 1, (float) (position - below));
  }

  private static void addBirth(FeatureColumns columns, Slot slot, double sec) {
    check(sec >= 0 && sec < MAX_BIRTH_SEC, slot, sec, "seconds since 1970, from 0 to below 1e11");
    columns.add((long) sec, 1);
    columns.end();
  }

  private static void check(boolean holds, Slot slot, double number, String expected) {
    if (!holds) {
      throw new InvalidFeatureException(field(slot, "number"), Double.toString(number), expected);
    }
  }

  /** StrictMath, so that every machine finds the same knots and weights. */
  private static double signedLog2(double x) {
    return Math.copySign(StrictMath.log1p(Math.abs(x)) / StrictMath.log(2), x);
  }

  private static String field(Slot slot, String part) {
    return "slots[" + slot.name() + "]." + part;
  }

  private static String checkToken(String field, String token, int maxBytes) {
    if (token.isEmpty()
        || token.length() > maxBytes
        || token.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      throw new InvalidFeatureException(field, token, "1 to " + maxBytes + " bytes of UTF-8");
    }
    return token;
  }

  private static List<String> names(List<ColumnSpec> columns) {
    return columns.stream().map(ColumnSpec::name).toList();
  }
}
