package dev.dolmen.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.agrona.collections.IntHashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemIndexTest {
  private static final int WIDTH = 16;

  private final Schema schema = Schemas.shop();
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(schema), CatalogOptions.defaults());
  private ItemVectors vectors = new ItemVectors(WIDTH);
  private ItemIndex index = new ItemIndex(vectors, catalog);
  private final ItemIndex.Scratch scratch = new ItemIndex.Scratch();
  private final IntHashSet excluded = new IntHashSet();
  private final ScoreBonuses bonuses = new ScoreBonuses();

  private record Scored(int index, float score) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 207, 4098})
  void findsWhatBruteForceFinds(int items) {
    Random random = new Random(items);
    fill(items, random);
    for (int round = 0; round < 40; round++) {
      float[] query = vector(random);
      int k = 1 + random.nextInt(50);
      List<Filter> filters = randomFilters(random);
      ItemFilter filter = ItemFilters.compile(filters, schema, Caller.PATIENT);
      excluded.clear();
      random.ints(items / 10, 0, Math.max(1, items)).forEach(excluded::add);
      boolean cosine = round % 4 == 3;
      bonuses.clear();
      bonuses.nextQuery();
      random
          .ints(Math.min(items, 20), 0, Math.max(1, items))
          .distinct()
          .forEach(item -> bonuses.add(item, (float) random.nextGaussian() * 3));
      bonuses.endQuery();
      List<Scored> expected = bruteForce(query, k, filters, items, cosine);
      List<Scored> all = bruteForce(query, items, filters, items, false);

      ItemQuery asked = new ItemQuery(query, k, filter, excluded, Caller.PATIENT);
      if (cosine) {
        index.searchCosine(asked, scratch);
      } else {
        index.search(asked, bonuses, scratch);
      }
      assertThat(result()).isEqualTo(expected);

      if (!cosine) {
        int[] some = random.ints(2L * items, 0, Math.max(1, items)).toArray();
        List<Scored> among = all.stream().filter(s -> contains(some, s.index)).limit(k).toList();
        index.search(asked, bonuses, some, some.length, scratch);
        assertThat(result()).isEqualTo(among);
      }
    }
  }

  /** Recall against the exact scan is 1: the answers are the same, scores and order. */
  @ParameterizedTest
  @EnumSource(
      value = ScanPrecision.class,
      names = {"BF16", "INT8"})
  void findsTheSameByNarrowNumbers(ScanPrecision precision) {
    vectors = new ItemVectors(WIDTH, precision);
    index = new ItemIndex(vectors, catalog);
    findsWhatBruteForceFinds(4098);
  }

  @Test
  void topKKeepsTheLowerIndexAmongEquals() {
    TopK top = new TopK();
    top.reset(2);
    for (int i : new int[] {5, 3, 9, 1}) {
      if (top.wouldKeep(1f, i)) {
        top.keep(1f, i);
      }
    }
    top.sort();
    assertThat(List.of(top.index(0), top.index(1))).containsExactly(1, 3);
    assertThat(top.wouldKeep(Float.NaN, 0)).isFalse();
  }

  private void fill(int items, Random random) {
    for (int i = 0; i < items; i++) {
      Item item = randomItem(i, random);
      int at = catalog.upsert(item).index();
      if (random.nextInt(20) > 0) {
        vectors.put(at, vector(random), 0);
        vectors.putBias(at, random.nextFloat());
      }
    }
    for (int i = 0; i < items; i += 17) {
      var deleted = catalog.delete("i" + i, 0);
      assertThat(deleted).isNotNull();
    }
  }

  private List<Scored> bruteForce(
      float[] query, int k, List<Filter> filters, int items, boolean cosine) {
    List<Scored> all = new ArrayList<>();
    float[] vector = new float[WIDTH];
    float[] panel = new float[ItemVectors.ALIGNMENT];
    for (int i = 0; i < items; i++) {
      CatalogItem item = catalog.item(i);
      if (item == null
          || item.item().getUnavailable()
          || excluded.contains(i)
          || !vectors.get(i, vector, 0)
          || !filters.stream().allMatch(f -> passes(f, item.item()))) {
        continue;
      }
      int from = i / ItemVectors.ALIGNMENT * ItemVectors.ALIGNMENT;
      if (cosine) {
        vectors.dotProducts(query, 0, from, from + ItemVectors.ALIGNMENT, panel, 0);
      } else {
        vectors.scores(query, 0, from, from + ItemVectors.ALIGNMENT, panel, 0);
      }
      all.add(new Scored(i, panel[i - from] + (cosine ? 0 : bonuses.of(0, i))));
    }
    all.sort(Comparator.comparingDouble((Scored s) -> -s.score).thenComparingInt(s -> s.index));
    return all.subList(0, Math.min(k, all.size()));
  }

  /** What the proto says, without any of the tricks. */
  private static boolean passes(Filter filter, Item item) {
    SlotValue value = item.getSlotsMap().get(filter.getSlot());
    List<String> tokens = new ArrayList<>();
    if (filter.getSlot().equals("item_id")) {
      tokens.add(item.getItemId());
    } else if (value != null) {
      tokens.addAll(value.getTokens().getTokenList());
      tokens.addAll(value.getPath().getTokenList());
      if (value.hasToken()) {
        tokens.add(value.getToken());
      }
    }
    return switch (filter.getConditionCase()) {
      case ANY_OF -> tokens.stream().anyMatch(filter.getAnyOf().getTokenList()::contains);
      case NONE_OF -> tokens.stream().noneMatch(filter.getNoneOf().getTokenList()::contains);
      case RANGE -> {
        NumberRange range = filter.getRange();
        yield value != null
            && value.hasNumber()
            && (!range.hasMin() || value.getNumber() >= range.getMin())
            && (!range.hasMax() || value.getNumber() <= range.getMax());
      }
      case CONDITION_NOT_SET -> throw new AssertionError();
    };
  }

  private static List<Filter> randomFilters(Random random) {
    List<Filter> filters = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      Filter.Builder filter = Filter.newBuilder();
      String slot =
          List.of("brand", "category", "labels", "price", "item_id").get(random.nextInt(5));
      filter.setSlot(slot);
      if (slot.equals("price")) {
        NumberRange.Builder range = NumberRange.newBuilder();
        if (random.nextBoolean()) {
          range.setMin(random.nextInt(50));
        }
        range.setMax(20 + random.nextInt(80));
        filter.setRange(range);
      } else {
        TokenList.Builder tokens = TokenList.newBuilder();
        for (int i = 0; i < 3; i++) {
          tokens.addToken((slot.equals("item_id") ? "i" : slot) + random.nextInt(8));
        }
        if (random.nextBoolean() && !slot.equals("item_id")) {
          filter.setAnyOf(tokens);
        } else {
          filter.setNoneOf(tokens);
        }
      }
      filters.add(filter.build());
    }
    return filters;
  }

  private static Item randomItem(int i, Random random) {
    Item.Builder item = Item.newBuilder().setItemId("i" + i).setUnavailable(random.nextInt(9) == 0);
    item.putSlots("category", path("category" + random.nextInt(8), "category" + random.nextInt(8)));
    if (random.nextBoolean()) {
      item.putSlots("brand", SlotValue.newBuilder().setToken("brand" + random.nextInt(8)).build());
    }
    if (random.nextBoolean()) {
      TokenList.Builder labels = TokenList.newBuilder().addToken("labels" + random.nextInt(8));
      item.putSlots("labels", SlotValue.newBuilder().setTokens(labels).build());
    }
    if (random.nextBoolean()) {
      item.putSlots("price", SlotValue.newBuilder().setNumber(random.nextInt(100)).build());
    }
    return item.build();
  }

  private static SlotValue path(String... tokens) {
    return SlotValue.newBuilder()
        .setPath(TokenList.newBuilder().addAllToken(List.of(tokens)))
        .build();
  }

  private static boolean contains(int[] values, int value) {
    for (int v : values) {
      if (v == value) {
        return true;
      }
    }
    return false;
  }

  private static float[] vector(Random random) {
    float[] vector = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  private List<Scored> result() {
    List<Scored> result = new ArrayList<>();
    for (int i = 0; i < scratch.top.size(); i++) {
      result.add(new Scored(scratch.top.index(i), scratch.top.score(i)));
    }
    return result;
  }
}
