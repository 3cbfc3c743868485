package dev.dolmen.bench.serve;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Visitors of a {@link LargeShop}: many are present at once, any of them clicks next. From a
 * product the next click goes by chance on in its series, to what goes with it, to its like in
 * another series, or to what many click; never twice to the same product. A tenth of the series has
 * about half of the clicks. A function of the seed; each click takes the same time whatever the
 * size of the shop. One thread.
 */
final class ShopVisits {
  private static final int PRESENT = 200;
  private static final double SERIES = 0.4;
  private static final double COMPLEMENT = 0.24;
  private static final double ALIKE = 0.22;
  private static final double MEAN_CLICKS = 8;
  private static final int TRIES = 10;

  /** A tenth of the series gets about half of the clicks. */
  private static final double SKEW = 3.3;

  private static final String[] DEVICES = {"phone", "phone", "desktop", "tablet"};

  private final LargeShop shop;
  private final String name;
  private final SplittableRandom random;
  private final List<Visit> present = new ArrayList<>();
  private long visits;

  private static final class Visit {
    final String id;
    final String device;
    final int category;
    final Set<Integer> clicked = new HashSet<>();
    int last = -1;
    int left;

    Visit(String id, String device, int category, int left) {
      this.id = id;
      this.device = device;
      this.category = category;
      this.left = left;
    }
  }

  /**
   * @param name prefix of session and event ids
   */
  ShopVisits(LargeShop shop, String name, long seed) {
    this.shop = shop;
    this.name = name;
    random = new SplittableRandom(seed);
    for (int i = 0; i < PRESENT; i++) {
      present.add(arrive());
    }
  }

  /**
   * The next click of anyone; no two have the same id.
   *
   * @param timeMs when it happens, milliseconds since 1970
   */
  FeedbackEvent next(long timeMs) {
    int place = random.nextInt(present.size());
    Visit visit = present.get(place);
    int product = click(visit);
    if (visit.left <= 0) {
      present.set(place, arrive());
    }
    return FeedbackEvent.newBuilder()
        .setEventId(visit.id + "/" + visit.clicked.size())
        .setSessionId(visit.id)
        .setItemId(LargeShop.id(product))
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(Timestamps.fromMillis(timeMs))
        .putContext(LargeShop.DEVICE, visit.device)
        .build();
  }

  /**
   * What somebody has clicked who comes and stays for a while.
   *
   * @param max clicks at most
   */
  List<String> visit(int max) {
    Visit visit = arrive();
    List<String> clicked = new ArrayList<>();
    int clicks = 1 + random.nextInt(Math.min(max, visit.left));
    for (int i = 0; i < clicks; i++) {
      clicked.add(LargeShop.id(click(visit)));
    }
    return clicked;
  }

  /** What somebody has clicked who comes and stays for so many clicks. */
  List<String> visitOf(int clicks) {
    Visit visit = arrive();
    List<String> clicked = new ArrayList<>();
    for (int i = 0; i < clicks; i++) {
      clicked.add(LargeShop.id(click(visit)));
    }
    return clicked;
  }

  private Visit arrive() {
    int clicks = 2 + (int) (-Math.log(1 - random.nextDouble()) * (MEAN_CLICKS - 2));
    return new Visit(
        name + "-" + visits++,
        DEVICES[random.nextInt(DEVICES.length)],
        (int) (shop.categories() * Math.pow(random.nextDouble(), 1.5)),
        clicks);
  }

  private int click(Visit visit) {
    int product = choose(visit);
    for (int i = 0; i < TRIES && visit.clicked.contains(product); i++) {
      product = choose(visit);
    }
    while (visit.clicked.contains(product)) {
      product = (product + 1) % shop.items();
    }
    visit.clicked.add(product);
    visit.last = product;
    visit.left--;
    return product;
  }

  private int choose(Visit visit) {
    if (visit.last < 0) {
      return popular(visit.category);
    }
    int series = LargeShop.seriesOfProduct(visit.last);
    int category = shop.categoryOf(series);
    int type = LargeShop.typeOf(visit.last);
    double u = random.nextDouble();
    if ((u -= SERIES) < 0) {
      return product(series, (type + 1) % LargeShop.TYPES);
    }
    if ((u -= COMPLEMENT) < 0) {
      int other = shop.complement(category);
      return product(near(other, shop.rankOf(series)), type);
    }
    if ((u - ALIKE) < 0) {
      return product(near(category, shop.rankOf(series) + 1 + random.nextInt(4)), type);
    }
    return popular(visit.category);
  }

  /** The series of this rank in a category, or of the rank that it begins again with. */
  private int near(int category, int rank) {
    return shop.series(category, rank % shop.seriesOf(category));
  }

  private int popular(int category) {
    int rank = (int) (shop.seriesOf(category) * Math.pow(random.nextDouble(), SKEW));
    return product(shop.series(category, rank), random.nextInt(LargeShop.TYPES));
  }

  private int product(int series, int type) {
    return shop.product(series, type, random.nextInt(LargeShop.VARIANTS));
  }
}
