package dev.dolmen.bench.serve;

import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.List;

/**
 * The catalog of a shop of any size: each product is a function of seed and number, so none is
 * kept. Departments have categories, categories series of a brand and a price tier each, series
 * four types of product in three variants. Slots are those of the demonstration's shop, and labels
 * that a known share of the products carries, to filter by. Immutable.
 */
final class LargeShop {
  static final String DEVICE = "device";
  static final String LABELS = "labels";
  static final int TYPES = 4;
  static final int VARIANTS = 3;
  static final int SERIES_ITEMS = TYPES * VARIANTS;

  /** Shares of the products, each with the label of {@link #label}. */
  static final List<Double> SHARES = List.of(0.5, 0.1, 0.01, 0.001, 0.0001);

  private static final int DEPARTMENTS = 8;

  /** Every category has a series. */
  static final int ITEMS_MIN = DEPARTMENTS * SERIES_ITEMS;

  private static final int CATEGORIES_MAX = 96;
  private static final int BRANDS_MIN = 5;
  private static final int TIERS = 3;
  private static final double[] TIER_PRICE = {0.6, 1.0, 1.9};
  private static final int VARIANT_WORDS = 24;
  private static final String[] SYLLABLES = {
    "ba", "du", "fe", "ga", "hol", "ki", "lan", "mo", "ner", "pa", "ri", "so", "tel", "vi", "wen",
    "zu"
  };
  private static final SparseOptimizerOptions OPTIMIZER =
      new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);

  private final int items;
  private final long seed;
  private final int series;
  private final int categories;
  private final int brands;

  /**
   * @param items at least {@link #ITEMS_MIN}
   */
  LargeShop(int items, long seed) {
    if (items < ITEMS_MIN) {
      throw new IllegalArgumentException("items: " + items + ", expected " + ITEMS_MIN);
    }
    this.items = items;
    this.seed = seed;
    series = (items + SERIES_ITEMS - 1) / SERIES_ITEMS;
    categories = Math.clamp(series - series % DEPARTMENTS, DEPARTMENTS, CATEGORIES_MAX);
    brands = BRANDS_MIN + (int) Math.sqrt(series);
  }

  int items() {
    return items;
  }

  int categories() {
    return categories;
  }

  /** How many series a category has. */
  int seriesOf(int category) {
    return (series - category + categories - 1) / categories;
  }

  /** A series by its category and its rank there, 0 for the most clicked. */
  int series(int category, int rank) {
    return category + rank * categories;
  }

  int categoryOf(int series) {
    return series % categories;
  }

  int rankOf(int series) {
    return series / categories;
  }

  /** A category of the same department whose products go with those of this one. */
  int complement(int category) {
    int inDepartment = categories / DEPARTMENTS;
    int own = category / DEPARTMENTS;
    int other = (own + 1 + (int) hash(3, category, Math.max(1, inDepartment - 1))) % inDepartment;
    return category % DEPARTMENTS + other * DEPARTMENTS;
  }

  /** A product of a series; the last series may be short, then one that it has. */
  int product(int series, int type, int variant) {
    int first = series * SERIES_ITEMS;
    return first + (type * VARIANTS + variant) % Math.min(SERIES_ITEMS, items - first);
  }

  static int seriesOfProduct(int product) {
    return product / SERIES_ITEMS;
  }

  static int typeOf(int product) {
    return product % SERIES_ITEMS / VARIANTS;
  }

  static String id(int product) {
    return "p" + product;
  }

  /** The label of products of a share. */
  static String label(double share) {
    return "share-" + share;
  }

  /** Whether a product has a share's label. */
  boolean isLabelled(int product, int share) {
    return hash(10 + share, product, 1_000_000) < SHARES.get(share) * 1_000_000;
  }

  /** A product as the server is told of it. */
  Item item(int product) {
    int line = seriesOfProduct(product);
    int category = categoryOf(line);
    int department = category % DEPARTMENTS;
    String type = word(1_000 + category * TYPES + typeOf(product));
    String brand = word(5_000 + department) + " " + word(6_000 + (int) hash(1, line, brands));
    String variant = word(4_000 + (int) hash(2, product, VARIANT_WORDS));
    TokenList path =
        TokenList.newBuilder()
            .addToken("department " + department)
            .addToken("category " + category)
            .addToken(type + " " + category)
            .build();
    Item.Builder item =
        Item.newBuilder()
            .setItemId(id(product))
            .putSlots("category", SlotValue.newBuilder().setPath(path).build())
            .putSlots("brand", SlotValue.newBuilder().setToken(brand).build())
            .putSlots(
                "title",
                SlotValue.newBuilder()
                    .setToken(brand + " " + word(20_000 + line) + " " + type + ", " + variant)
                    .build())
            .putSlots("price", SlotValue.newBuilder().setNumber(price(product)).build());
    TokenList labels = labels(product);
    if (labels.getTokenCount() > 0) {
      item.putSlots(LABELS, SlotValue.newBuilder().setTokens(labels).build());
    }
    return item.build();
  }

  private double price(int product) {
    int line = seriesOfProduct(product);
    double middling = 10 + hash(4, categoryOf(line) * TYPES + typeOf(product), 300);
    double noise = 0.9 + hash(5, product, 1_000) / 5_000.0;
    return Math.round(middling * TIER_PRICE[tierOf(line)] * noise * 2) / 2.0 - 0.05;
  }

  static int tierOf(int series) {
    return series / 7 % TIERS;
  }

  private TokenList labels(int product) {
    TokenList.Builder labels = TokenList.newBuilder();
    for (int share = 0; share < SHARES.size(); share++) {
      if (isLabelled(product, share)) {
        labels.addToken(label(SHARES.get(share)));
      }
    }
    return labels.build();
  }

  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number; rest > 0; rest /= SYLLABLES.length) {
      word.append(SYLLABLES[rest % SYLLABLES.length]);
    }
    return word.toString();
  }

  /** The same for the same seed, whatever else is asked: 0 to {@code bound} - 1. */
  private long hash(int purpose, int number, int bound) {
    long mixed = (seed * 31 + purpose) * 0x9E3779B97F4A7C15L + number;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return Long.remainderUnsigned(mixed ^ (mixed >>> 31), bound);
  }

  /** Slots with room for a catalog of this size. */
  Schema schema() {
    return new Schema(
        List.of(
            slot("item_id", SlotKind.ID, 1, 1, 32, 3),
            slot("category", SlotKind.CATEGORY_PATH, 3, 1, 32, 1),
            slot("brand", SlotKind.CATEGORY, 1, 1, 16, 1),
            slot("title", SlotKind.TEXT, 1, 16, 32, 1),
            slot("price", SlotKind.NUMBER, 1, 1, 8, 1),
            slot(LABELS, SlotKind.TOKENS, 1, SHARES.size(), 8, 1),
            slot(DEVICE, SlotKind.CONTEXT, 1, 1, 8, 1)));
  }

  private Slot slot(String name, SlotKind kind, int levels, int maxTokens, int dim, int threshold) {
    return new Slot(
        name,
        kind,
        false,
        levels,
        maxTokens,
        KnotOptions.NONE,
        new RowOptions(
            dim,
            new AdmissionOptions.Occurrences(threshold),
            0,
            Math.max(100_000, 2L * items),
            OPTIMIZER,
            0.05f));
  }
}
