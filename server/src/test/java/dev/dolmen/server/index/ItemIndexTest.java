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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
  private ScoreBonuses bonuses = new ScoreBonuses();

  private record Scored(int index, float score) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 207, 4098})
  void findsWhatBruteForceFinds(int items) {
    Random random = new Random(items);
    fill(items, random);
    for (int round = 0; round < 40; round++) {
      Asked asked = new Asked(items, random, false);
      float[] query = asked.query.vector();
      bonuses = asked.bonuses;
      List<Scored> all = bruteForce(query, items, asked.filters, items, asked.excluded, false);
      int[] some = random.ints(2L * items, 0, Math.max(1, items)).toArray();
      List<Scored> among =
          all.stream().filter(s -> contains(some, s.index)).limit(asked.query.k()).toList();
      index.search(asked.query, asked.bonuses, some, some.length, scratch);
      assertThat(result(scratch.top)).isEqualTo(among);
    }
    for (int together : new int[] {1, 2, 3, 7, 8, 13, 33}) {
      List<Asked> asked =
          IntStream.range(0, together).mapToObj(i -> new Asked(items, random, i % 4 == 3)).toList();
      search(asked);
      for (Asked one : asked) {
        assertThat(result(one.search.top())).as("%d together", together).isEqualTo(one.expected);
      }
    }
  }

  private void search(List<Asked> asked) {
    index.search(asked.stream().map(one -> one.search).toList(), scratch);
  }

  /** Something that is asked for, and what should be found. */
  private final class Asked {
    final ItemSearch search = new ItemSearch();
    final IntHashSet excluded = new IntHashSet();
    final ScoreBonuses bonuses = new ScoreBonuses();
    final List<Filter> filters;
    final ItemQuery query;
    final List<Scored> expected;

    Asked(int items, Random random, boolean cosine) {
      this(items, random, cosine, Caller.PATIENT, ItemFilter.ALL);
    }

    Asked(int items, Random random, boolean cosine, Caller caller, ItemFilter also) {
      filters = randomFilters(random);
      random.ints(items / 10, 0, Math.max(1, items)).forEach(excluded::add);
      bonuses.nextQuery();
      random
          .ints(Math.min(items, 20), 0, Math.max(1, items))
          .distinct()
          .forEach(item -> bonuses.add(item, (float) random.nextGaussian() * 3));
      bonuses.endQuery();
      ItemFilter filter = ItemFilters.compile(filters, schema, catalog, caller).and(also);
      query = new ItemQuery(vector(random), 1 + random.nextInt(50), filter, excluded, caller);
      if (cosine) {
        search.cosine(query);
      } else {
        search.score(query, bonuses, true);
      }
      ItemIndexTest.this.bonuses = bonuses;
      expected = bruteForce(query.vector(), query.k(), filters, items, excluded, cosine);
    }
  }

  /** One is asked again and again and goes, one has a filter that fails. */
  @Test
  void whoLeavesAPassLeavesItToTheOthers() {
    int items = 3 * 4098;
    Random random = new Random(7);
    fill(items, random);
    for (int goesAt = 0; goesAt < 6; goesAt++) {
      int last = goesAt;
      AtomicInteger asks = new AtomicInteger(-1_000);
      IllegalStateException gone = new IllegalStateException("gone");
      Caller goes =
          () -> {
            if (asks.getAndIncrement() == last) {
              throw gone;
            }
          };
      ArithmeticException broken = new ArithmeticException("broken");
      ItemFilter fails =
          item -> {
            throw broken;
          };
      Asked first = new Asked(items, random, false);
      Asked leaves = new Asked(items, random, goesAt % 2 == 1, goes, ItemFilter.ALL);
      Asked second = new Asked(items, random, false);
      Asked unusable = new Asked(items, random, false, Caller.PATIENT, fails);
      Asked third = new Asked(items, random, goesAt % 2 == 1);
      asks.set(0);
      search(List.of(first, leaves, second, unusable, third));
      assertThat(leaves.search.failure()).isSameAs(gone);
      assertThat(asks).hasValue(goesAt + 1);
      assertThat(unusable.search.failure()).isSameAs(broken);
      for (Asked one : List.of(first, second, third)) {
        assertThat(one.search.failure()).isNull();
        assertThat(result(one.search.top())).isEqualTo(one.expected);
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
      float[] query, int k, List<Filter> filters, int items, IntHashSet excluded, boolean cosine) {
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

  private static List<Scored> result(TopK top) {
    List<Scored> result = new ArrayList<>();
    for (int i = 0; i < top.size(); i++) {
      result.add(new Scored(top.index(i), top.score(i)));
    }
    return result;
  }
}
