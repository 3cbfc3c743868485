package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeShopTest {
  private static final int CLICKS = 20_000;

  @Test
  void aProductIsAFunctionOfSeedAndNumber() {
    Item item = new LargeShop(100_000, 1).item(77_777);
    assertThat(new LargeShop(100_000, 1).item(77_777)).isEqualTo(item);
    assertThat(new LargeShop(100_000, 2).item(77_777)).isNotEqualTo(item);
    assertThat(item.getSlotsMap().keySet()).contains("category", "brand", "title", "price");
  }

  @ParameterizedTest
  @ValueSource(ints = {LargeShop.ITEMS_MIN, 1_000, 2_011, 1_000_003})
  void visitorsClickProductsThatThereAreAndNoneTwice(int items) {
    LargeShop shop = new LargeShop(items, 1);
    ShopVisits visits = new ShopVisits(shop, "test", 1);
    Map<String, Set<String>> clicked = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < CLICKS; i++) {
      FeedbackEvent event = visits.next(i);
      assertThat(Integer.parseInt(event.getItemId().substring(1))).isBetween(0, items - 1);
      assertThat(ids.add(event.getEventId())).isTrue();
      Set<String> before = clicked.computeIfAbsent(event.getSessionId(), s -> new HashSet<>());
      assertThat(before.add(event.getItemId())).isTrue();
    }
  }

  @Test
  void fewProductsHaveMostClicks() {
    LargeShop shop = new LargeShop(100_000, 1);
    ShopVisits visits = new ShopVisits(shop, "test", 1);
    int[] counts = new int[shop.items()];
    for (int i = 0; i < 10 * CLICKS; i++) {
      counts[Integer.parseInt(visits.next(i).getItemId().substring(1))]++;
    }
    Arrays.sort(counts);
    int ofTheTenth = IntStream.range(90_000, 100_000).map(i -> counts[i]).sum();
    assertThat(ofTheTenth / (10.0 * CLICKS)).isBetween(0.4, 0.9);
  }

  @Test
  void aKnownShareOfTheProductsCarriesEachLabel() {
    LargeShop shop = new LargeShop(200_000, 1);
    for (int share = 0; share < LargeShop.SHARES.size(); share++) {
      int of = share;
      double found =
          IntStream.range(0, shop.items()).filter(i -> shop.isLabelled(i, of)).count()
              / (double) shop.items();
      double wanted = LargeShop.SHARES.get(share);
      assertThat(found).isCloseTo(wanted, within(5 * Math.sqrt(wanted / shop.items())));
    }
  }
}
