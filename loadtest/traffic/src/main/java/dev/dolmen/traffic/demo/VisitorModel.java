package dev.dolmen.traffic.demo;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How visitors choose. A visitor has categories of interest, a brand and a price tier. From a
 * product the next click goes, by chance, to the series (mostly to the type that follows in it), to
 * a type of product that goes with it, to something much alike, to something the visitor likes
 * anyway, or to what everybody talks about; never twice to the same product. A visitor who was
 * shown recommendations looks at them first and clicks one now and then if it is of a kind that the
 * visitor was about to look for.
 *
 * <p>With the model's probabilities in hand, the 20 likeliest products hold about two thirds of the
 * next clicks; the 20 most clicked products hold about a tenth. Deterministic in seed and calls.
 */
final class VisitorModel {
  private static final double SERIES = 0.34;
  private static final double COMPLEMENT = 0.24;
  private static final double ALIKE = 0.22;
  private static final double TRENDING = 0.10;
  private static final double NEXT_TYPE = 0.6;
  private static final double FIRST_COMPLEMENT = 0.65;
  private static final double LOOKS_AT_SHOWN = 0.25;
  private static final double MEAN_CLICKS = 8;
  private static final String[] DEVICES = {"phone", "desktop", "tablet"};

  /**
   * A click.
   *
   * @param requestId recommendation that showed the product; empty if none did
   */
  record Click(Product product, String requestId) {
    /** What the server is told, once the click is part of the session. */
    FeedbackEvent toEvent(VisitorSession session, long timeMs) {
      return FeedbackEvent.newBuilder()
          .setEventId(session.id + "/" + session.clicked.size())
          .setSessionId(session.id)
          .setItemId(product.id())
          .setType(EventType.EVENT_TYPE_CLICK)
          .setTime(Timestamps.fromMillis(timeMs))
          .setRequestId(requestId)
          .putContext(ShopSchema.DEVICE, session.device)
          .build();
    }
  }

  private final ProductCatalog catalog;
  private final String name;
  private final Random random;
  private Taste taste;
  private long sessions;

  /**
   * @param name prefix of session ids
   */
  VisitorModel(ProductCatalog catalog, Taste taste, String name, long seed) {
    this.catalog = catalog;
    this.taste = taste;
    this.name = name;
    random = new Random(seed);
  }

  /** From now on visitors choose by another taste. */
  void change(Taste other) {
    taste = other;
  }

  /** A visitor arrives. */
  VisitorSession arrive() {
    int first = weighted(taste.categoryWeight());
    int second = weighted(taste.categoryWeight());
    List<Product> of = catalog.ofCategory(first);
    Product liked = of.get(random.nextInt(of.size()));
    int device = random.nextInt(10);
    // Phones buy cheaper: the visit's context says a little of what comes.
    int tier = device < 5 && random.nextInt(3) == 0 ? 0 : liked.tier();
    int clicks = 2 + (int) (-Math.log(1 - random.nextDouble()) * (MEAN_CLICKS - 2));
    return new VisitorSession(
        name + "-" + sessions++,
        DEVICES[device < 5 ? 0 : device < 9 ? 1 : 2],
        new int[] {first, second},
        liked.brand(),
        tier,
        clicks);
  }

  /** The visitor's next click, which becomes part of the session. */
  Click next(VisitorSession session) {
    Product last = session.last();
    VisitorSession.Shown shown = session.takeShown();
    Click click = null;
    if (last != null && shown != null && random.nextDouble() < LOOKS_AT_SHOWN) {
      click = fromShown(session, last, shown);
    }
    if (click == null) {
      click = new Click(choose(session, last), "");
    }
    session.clicked.add(click.product());
    session.clicksLeft--;
    return click;
  }

  private @Nullable Click fromShown(
      VisitorSession session, Product last, VisitorSession.Shown shown) {
    for (String id : shown.itemIds()) {
      Product p = catalog.find(id);
      if (p != null && !session.clicked.contains(p) && fits(session, last, p)) {
        return new Click(p, shown.requestId());
      }
    }
    return null;
  }

  private boolean fits(VisitorSession session, Product last, Product p) {
    int[] complements = taste.complements()[last.type()];
    return p.series() == taste.nextSeries()[last.series()]
        || ((p.type() == complements[0] || p.type() == complements[1]) && p.tier() == last.tier())
        || (p.type() == last.type() && p.tier() == last.tier())
        || (p.brand().equals(session.brand) && p.categoryIndex() == session.categories[0]);
  }

  private Product choose(VisitorSession session, @Nullable Product last) {
    double u = random.nextDouble();
    if (last == null) {
      return u < TRENDING ? trending(session) : liked(session);
    }
    if ((u -= SERIES) < 0) {
      return inSeries(session, last);
    }
    if ((u -= COMPLEMENT) < 0) {
      boolean first = random.nextDouble() < FIRST_COMPLEMENT;
      return ofTier(session, taste.complements()[last.type()][first ? 0 : 1], last.tier());
    }
    if ((u -= ALIKE) < 0) {
      return ofTier(session, last.type(), last.tier());
    }
    return u < TRENDING ? trending(session) : liked(session);
  }

  private Product inSeries(VisitorSession session, Product last) {
    List<Product> series = catalog.ofSeries(taste.nextSeries()[last.series()]);
    int firstType = series.getFirst().type();
    int types = series.getLast().type() - firstType + 1;
    int following = firstType + (last.type() - firstType + 1) % types;
    boolean follow = random.nextDouble() < NEXT_TYPE;
    return pick(session, series, p -> follow && p.type() != following ? 0 : p.appeal());
  }

  private Product ofTier(VisitorSession session, int type, int tier) {
    return pick(session, catalog.ofType(type), p -> p.tier() == tier ? p.appeal() : 0);
  }

  private Product liked(VisitorSession session) {
    int category = session.categories[random.nextInt(4) == 0 ? 1 : 0];
    return pick(
        session,
        catalog.ofCategory(category),
        p ->
            p.appeal()
                * (p.brand().equals(session.brand) ? 3 : 1)
                * (p.tier() == session.tier ? 3 : 1));
  }

  private Product trending(VisitorSession session) {
    List<Product> trending = taste.trending();
    return pick(session, trending, p -> 1.0 / (1 + trending.indexOf(p)));
  }

  /** One of {@code among} by weight, not one that was clicked; anything liked if there is none. */
  private Product pick(
      VisitorSession session, List<Product> among, ToDoubleFunction<Product> weight) {
    double[] weights = new double[among.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      Product p = among.get(i);
      weights[i] = session.clicked.contains(p) ? 0 : weight.applyAsDouble(p);
      sum += weights[i];
    }
    if (sum > 0) {
      return among.get(weighted(weights));
    }
    List<Product> others = new ArrayList<>(catalog.products());
    others.removeAll(session.clicked);
    return others.get(random.nextInt(others.size()));
  }

  private int weighted(double[] weights) {
    double sum = 0;
    for (double w : weights) {
      sum += w;
    }
    double u = random.nextDouble() * sum;
    int last = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        u -= weights[i];
        if (u < 0) {
          return i;
        }
      }
    }
    if (last < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "weights: %d without one above 0", weights.length));
    }
    return last;
  }
}
