package dev.dolmen.traffic.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Products that the shop did not have: each a further variant of the second type of a series in
 * which visitors go on, so that it is known who would look for it. Immutable.
 */
final class Newcomers {
  private final ProductCatalog catalog;
  private final Taste taste;

  Newcomers(ProductCatalog catalog, Taste taste) {
    this.catalog = catalog;
    this.taste = taste;
  }

  /**
   * A product that arrives.
   *
   * @param visit three clicks of a session that leads to it
   * @param siblings other variants of the same
   */
  record Arrival(Product product, List<Product> visit, List<Product> siblings) {}

  /** Series in which visitors go on. */
  int seriesMax() {
    return (int) IntStream.range(0, catalog.seriesCount()).filter(this::isLoyal).count();
  }

  private boolean isLoyal(int series) {
    return taste.nextSeries()[series] == series;
  }

  /** A series in which visitors go on, at or after number {@code from}. */
  List<Product> loyalSeries(int from) {
    for (int i = 0; i < catalog.seriesCount(); i++) {
      int series = (from + i) % catalog.seriesCount();
      if (isLoyal(series)) {
        return catalog.ofSeries(series);
      }
    }
    return catalog.ofSeries(from);
  }

  /**
   * New products, spread over the catalogue.
   *
   * @param count at most {@link #seriesMax}, for each to be of a series of its own
   */
  List<Arrival> arrivals(int count) {
    List<Arrival> arrivals = new ArrayList<>();
    int[] loyal = IntStream.range(0, catalog.seriesCount()).filter(this::isLoyal).toArray();
    for (int i = 0; i < count; i++) {
      int series = loyal[(int) ((long) i * loyal.length / count)];
      arrivals.add(arrival(catalog.ofSeries(series), i));
    }
    return arrivals;
  }

  /** Types three, four and one of the series: the way that leads to type two, the newcomer's. */
  private Arrival arrival(List<Product> series, int number) {
    List<Product> siblings = series.subList(ProductCatalog.VARIANTS, 2 * ProductCatalog.VARIANTS);
    return new Arrival(
        product(siblings, number),
        List.of(
            series.get(2 * ProductCatalog.VARIANTS),
            series.get(3 * ProductCatalog.VARIANTS),
            series.getFirst()),
        siblings);
  }

  private Product product(List<Product> siblings, int number) {
    Product like = siblings.getFirst();
    String variant =
        catalog.variants(like).stream()
            .filter(v -> siblings.stream().noneMatch(p -> p.title().endsWith(", " + v)))
            .findFirst()
            .orElse("special edition");
    String title = like.title().substring(0, like.title().lastIndexOf(',')) + ", " + variant;
    return new Product(
        -1,
        "new" + number,
        title,
        like.department(),
        like.category(),
        like.typeName(),
        like.categoryIndex(),
        like.type(),
        like.series(),
        like.brand(),
        like.tier(),
        like.price(),
        1);
  }
}
