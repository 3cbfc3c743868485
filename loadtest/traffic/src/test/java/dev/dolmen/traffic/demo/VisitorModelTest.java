package dev.dolmen.traffic.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Visitors are repeatable, predictable for one who knows them, and not by popularity alone. */
class VisitorModelTest {
  private final ProductCatalog catalog = new ProductCatalog(ShopVocabulary.load(), 1);

  private List<String> clicks(long seed, Taste taste, int sessions) {
    VisitorModel visitors = new VisitorModel(catalog, taste, "t", seed);
    List<String> ids = new ArrayList<>();
    for (int s = 0; s < sessions; s++) {
      VisitorSession session = visitors.arrive();
      while (session.clicksLeft > 0) {
        ids.add(visitors.next(session).product().id());
      }
      ids.add("");
    }
    return ids;
  }

  @Test
  void theCatalogueIsReadableAndOfItsSize() {
    assertThat(catalog.products()).hasSizeBetween(1_900, 2_100);
    assertThat(new ProductCatalog(ShopVocabulary.load(), 1).products())
        .isEqualTo(catalog.products());
    assertThat(new ProductCatalog(ShopVocabulary.load(), 2).products())
        .isNotEqualTo(catalog.products());
    Set<String> titles = new HashSet<>();
    for (Product p : catalog.products()) {
      assertThat(p.title()).contains(p.brand()).contains(p.typeName());
      assertThat(p.price()).isPositive();
      titles.add(p.title());
    }
    assertThat(titles).hasSizeGreaterThan(1_950);
  }

  @Test
  void sameSeedSameVisitors() {
    Taste taste = Taste.of(catalog, 1, 0);
    assertThat(clicks(5, taste, 50)).isEqualTo(clicks(5, taste, 50));
    assertThat(clicks(5, taste, 50)).isNotEqualTo(clicks(6, taste, 50));
  }

  @Test
  void visitorsNeverClickTheSameProductTwice() {
    VisitorModel visitors = new VisitorModel(catalog, Taste.of(catalog, 1, 0), "t", 3);
    for (int s = 0; s < 200; s++) {
      VisitorSession session = visitors.arrive();
      while (session.clicksLeft > 0) {
        visitors.next(session);
      }
      assertThat(session.clicked).doesNotHaveDuplicates();
    }
  }

  /** By counting what follows what, over many clicks: about what an oracle could reach. */
  @Test
  void theNextClickIsPredictableButNotByPopularity() {
    Taste taste = Taste.of(catalog, 1, 0);
    List<String> train = clicks(1, taste, 60_000);
    List<String> test = clicks(2, taste, 2_000);
    Map<String, Map<String, Integer>> follows = new HashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 1; i < train.size(); i++) {
      if (!train.get(i).isEmpty()) {
        counts.merge(train.get(i), 1, Integer::sum);
        if (!train.get(i - 1).isEmpty()) {
          follows
              .computeIfAbsent(train.get(i - 1), k -> new HashMap<>())
              .merge(train.get(i), 1, Integer::sum);
        }
      }
    }
    assertThat(recall(test, follows)).isBetween(0.5, 0.9);
    Map<String, Map<String, Integer>> popular = new HashMap<>();
    catalog.products().forEach(p -> popular.put(p.id(), counts));
    assertThat(recall(test, popular)).isBetween(0.03, 0.2);
  }

  private static double recall(List<String> clicks, Map<String, Map<String, Integer>> follows) {
    Map<String, Set<String>> top = new HashMap<>();
    IdentityHashMap<Map<String, Integer>, Set<String>> known = new IdentityHashMap<>();
    int hits = 0;
    int predictions = 0;
    for (int i = 1; i < clicks.size(); i++) {
      if (!clicks.get(i).isEmpty() && !clicks.get(i - 1).isEmpty()) {
        predictions++;
        Set<String> best =
            top.computeIfAbsent(
                clicks.get(i - 1),
                id -> known.computeIfAbsent(follows.getOrDefault(id, Map.of()), c -> best(c)));
        hits += best.contains(clicks.get(i)) ? 1 : 0;
      }
    }
    return (double) hits / predictions;
  }

  private static Set<String> best(Map<String, Integer> counts) {
    return new HashSet<>(
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
            .limit(20)
            .map(Map.Entry::getKey)
            .toList());
  }

  @Test
  void tasteChanges() {
    Taste before = Taste.of(catalog, 1, 0);
    Taste after = Taste.of(catalog, 1, 1);
    assertThat(after.trending()).isNotEqualTo(before.trending());
    int rewired = 0;
    for (int s = 0; s < catalog.seriesCount(); s++) {
      assertThat(before.nextSeries()[s]).isEqualTo(s);
      rewired += after.nextSeries()[s] == s ? 0 : 1;
      assertThat(catalog.ofSeries(after.nextSeries()[s]).getFirst().categoryIndex())
          .isEqualTo(catalog.ofSeries(s).getFirst().categoryIndex());
    }
    assertThat(rewired).isBetween(catalog.seriesCount() / 3, 2 * catalog.seriesCount() / 3);
  }

  @Test
  void visitorsClickWhatIsRecommendedIfItFits() {
    VisitorModel visitors = new VisitorModel(catalog, Taste.of(catalog, 1, 0), "t", 1);
    int clicked = 0;
    for (int s = 0; s < 400; s++) {
      VisitorSession session = visitors.arrive();
      Product first = visitors.next(session).product();
      session.show(
          new VisitorSession.Shown(
              "r", catalog.ofSeries(first.series()).stream().map(Product::id).toList()));
      clicked += visitors.next(session).requestId().equals("r") ? 1 : 0;
    }
    assertThat(clicked).isBetween(50, 150);
  }
}
