package dev.dolmen.traffic.demo;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Clicks of the demonstration's visitors without the demonstration: who are present, and who of
 * them clicks next, is a function of the seed. Confined to one thread.
 */
public final class ShopEvents {
  private static final int VISITORS = 200;

  private final ProductCatalog catalog;
  private final long seed;
  private final VisitorModel visitors;
  private final SplittableRandom random;
  private final List<VisitorSession> present = new ArrayList<>();
  private Taste taste;
  private int era;

  /**
   * @param name prefix of session and event ids
   */
  public ShopEvents(String name, long seed) {
    this.seed = seed;
    catalog = new ProductCatalog(ShopVocabulary.load(), seed);
    taste = Taste.of(catalog, seed, 0);
    visitors = new VisitorModel(catalog, taste, name, seed);
    random = new SplittableRandom(seed);
    for (int i = 0; i < VISITORS; i++) {
      present.add(visitors.arrive());
    }
  }

  /** The schema of the shop's items and visits. */
  public static Schema schema() {
    return ShopSchema.schema();
  }

  /** The shop's catalogue. */
  public List<Item> items() {
    return catalog.products().stream().map(ShopSchema::item).toList();
  }

  /** The next click, now; no two have the same id. */
  public FeedbackEvent next() {
    return next(System.currentTimeMillis());
  }

  /**
   * The next click.
   *
   * @param timeMs when it happens, milliseconds since 1970
   */
  public FeedbackEvent next(long timeMs) {
    int place = random.nextInt(present.size());
    VisitorSession session = present.get(place);
    FeedbackEvent event = visitors.next(session).toEvent(session, timeMs);
    if (session.clicksLeft <= 0) {
      present.set(place, visitors.arrive());
    }
    return event;
  }

  /** From the next click on visitors choose by another taste, as half-way in the demonstration. */
  public void changeTaste() {
    taste = Taste.of(catalog, seed, ++era);
    visitors.change(taste);
  }

  /** So many products at most can be new at a time. */
  public int newProductsMax() {
    return new Newcomers(catalog, taste).seriesMax();
  }

  /**
   * Products that the shop does not have yet, and who would look for them by the taste of now.
   *
   * @param count 1 to {@link #newProductsMax}
   */
  public List<NewProduct> newProducts(int count) {
    return new Newcomers(catalog, taste)
        .arrivals(count).stream()
            .map(a ->
                new NewProduct(ShopSchema.item(a.product()), ids(a.visit()), ids(a.siblings())))
            .toList();
  }

  private static List<String> ids(List<Product> products) {
    return products.stream().map(Product::id).toList();
  }
}
