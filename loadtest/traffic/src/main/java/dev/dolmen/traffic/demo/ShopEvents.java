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
  private final VisitorModel visitors;
  private final SplittableRandom random;
  private final List<VisitorSession> present = new ArrayList<>();

  /**
   * @param name prefix of session and event ids
   */
  public ShopEvents(String name, long seed) {
    catalog = new ProductCatalog(ShopVocabulary.load(), seed);
    visitors = new VisitorModel(catalog, Taste.of(catalog, seed, 0), name, seed);
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
    int place = random.nextInt(present.size());
    VisitorSession session = present.get(place);
    FeedbackEvent event = visitors.next(session).toEvent(session, System.currentTimeMillis());
    if (session.clicksLeft <= 0) {
      present.set(place, visitors.arrive());
    }
    return event;
  }
}
