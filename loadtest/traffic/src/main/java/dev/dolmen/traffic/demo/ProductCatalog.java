package dev.dolmen.traffic.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The shop's catalogue, a function of its seed: in every category seven series of a brand and a
 * price tier each, in every series every type of product of the category in three variants. About
 * 2,000 products. Immutable.
 */
final class ProductCatalog {
  static final int SERIES_PER_CATEGORY = 7;
  static final int VARIANTS = 3;
  private static final double[] TIER_PRICE = {0.6, 1.0, 1.9};

  private final List<Product> products = new ArrayList<>();
  private final Map<String, Product> byId = new HashMap<>();
  private final List<List<Product>> bySeries = new ArrayList<>();
  private final List<List<Product>> byType = new ArrayList<>();
  private final List<List<Product>> byCategory = new ArrayList<>();
  private final Map<Integer, List<String>> seriesWords = new HashMap<>();
  private final Map<String, List<String>> variants;

  ProductCatalog(ShopVocabulary words, long seed) {
    variants = words.variants();
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(words.seriesNames());
    Collections.shuffle(names, random);
    int name = 0;
    for (ShopVocabulary.Category category : words.categories()) {
      byCategory.add(new ArrayList<>());
      int firstType = byType.size();
      category.types().forEach(t -> byType.add(new ArrayList<>()));
      List<String> brands = words.brands().getOrDefault(category.department(), List.of("Dolmen"));
      for (int s = 0; s < SERIES_PER_CATEGORY; s++) {
        String brand = brands.get((s + byCategory.size()) % brands.size());
        addSeries(words, category, firstType, brand, names.get(name++ % names.size()), s, random);
      }
    }
  }

  private void addSeries(
      ShopVocabulary words,
      ShopVocabulary.Category category,
      int firstType,
      String brand,
      String name,
      int number,
      Random random) {
    int series = bySeries.size();
    bySeries.add(new ArrayList<>());
    seriesWords.put(series, List.of(brand, name));
    for (int t = 0; t < category.types().size(); t++) {
      List<String> variants =
          new ArrayList<>(words.variants().getOrDefault(category.department(), List.of("plain")));
      Collections.shuffle(variants, random);
      for (int v = 0; v < VARIANTS; v++) {
        add(
            product(
                products.size(),
                category,
                t,
                firstType + t,
                series,
                number % TIER_PRICE.length,
                variants.get(v),
                random));
      }
    }
  }

  private Product product(
      int index,
      ShopVocabulary.Category category,
      int typeInCategory,
      int type,
      int series,
      int tier,
      String variant,
      Random random) {
    ShopVocabulary.Type kind = category.types().get(typeInCategory);
    List<String> brandAndName = seriesWords.getOrDefault(series, List.of("", ""));
    double price = kind.price() * TIER_PRICE[tier] * (0.9 + 0.2 * random.nextDouble());
    return new Product(
        index,
        String.format(Locale.ROOT, "p%04d", index),
        brandAndName.getFirst() + " " + brandAndName.getLast() + " " + kind.name() + ", " + variant,
        category.department(),
        category.name(),
        kind.name(),
        byCategory.size() - 1,
        type,
        series,
        brandAndName.getFirst(),
        tier,
        Math.round(price * 2) / 2.0 - 0.05,
        Math.exp(0.8 * random.nextGaussian()));
  }

  private void add(Product product) {
    products.add(product);
    byId.put(product.id(), product);
    bySeries.get(product.series()).add(product);
    byType.get(product.type()).add(product);
    byCategory.get(product.categoryIndex()).add(product);
  }

  List<Product> products() {
    return Collections.unmodifiableList(products);
  }

  @Nullable Product find(String id) {
    return byId.get(id);
  }

  /** Words for variants of products like {@code product}. */
  List<String> variants(Product product) {
    return variants.getOrDefault(product.department(), List.of());
  }

  int seriesCount() {
    return bySeries.size();
  }

  int typeCount() {
    return byType.size();
  }

  int categoryCount() {
    return byCategory.size();
  }

  List<Product> ofSeries(int series) {
    return Collections.unmodifiableList(bySeries.get(series));
  }

  List<Product> ofType(int type) {
    return Collections.unmodifiableList(byType.get(type));
  }

  List<Product> ofCategory(int category) {
    return Collections.unmodifiableList(byCategory.get(category));
  }
}
