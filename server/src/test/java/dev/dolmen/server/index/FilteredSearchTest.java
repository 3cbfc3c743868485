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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.agrona.collections.IntHashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches that few or many items pass, of vectors in clusters, against all that pass. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class FilteredSearchTest {
  private static final int WIDTH = 16;
  private static final int ITEMS = 40_000;
  private static final int CLUSTERS = 150;
  private static final int K = 20;
  private static final double[] SHARES = {0.5, 0.1, 0.01, 0.001, 0.0001};

  private final Random random = new Random(5);
  private final Schema schema = Schemas.shop();
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(schema), CatalogOptions.defaults());
  private final float[][] centers = new float[CLUSTERS][];
  private final ItemIndex.Scratch scratch = new ItemIndex.Scratch();
  private final RecallSample recall =
      new RecallSample(
          new SimpleMeterRegistry(),
          work -> {
            work.run();
            return true;
          },
          0);
  private ItemVectors vectors = new ItemVectors(WIDTH);

  /** The ways in which an index finds items. */
  enum Way {
    SCAN,
    NARROW_SCAN,
    ROWS,
    CELLS
  }

  private ItemIndex index(Way way) {
    vectors =
        switch (way) {
          case SCAN -> new ItemVectors(WIDTH);
          case NARROW_SCAN -> new ItemVectors(WIDTH, ScanPrecision.INT8);
          case ROWS, CELLS -> new ItemVectors(WIDTH, ScanPrecision.INT8, true);
        };
    for (int c = 0; c < CLUSTERS; c++) {
      centers[c] = near(new float[WIDTH]);
    }
    for (int i = 0; i < ITEMS; i++) {
      put("i" + i, i);
    }
    if (way != Way.CELLS) {
      return new ItemIndex(vectors, catalog);
    }
    CellKeeper keeper = new CellKeeper(vectors, 1_000, null, System::nanoTime);
    keeper.pass();
    keeper.pass();
    return new ItemIndex(vectors, catalog, keeper, recall);
  }

  private void put(String id, int i) {
    int cluster = random.nextInt(CLUSTERS);
    TokenList.Builder labels = TokenList.newBuilder().addToken("any");
    for (double share : SHARES) {
      if (i % Math.round(1 / share) == 0) {
        labels.addToken("share-" + share);
      }
    }
    TokenList path =
        TokenList.newBuilder().addToken("c" + cluster % 10).addToken("c" + cluster).build();
    Item item =
        Item.newBuilder()
            .setItemId(id)
            .setUnavailable(i % 31 == 7)
            .putSlots("labels", SlotValue.newBuilder().setTokens(labels).build())
            .putSlots("category", SlotValue.newBuilder().setPath(path).build())
            .putSlots("price", SlotValue.newBuilder().setNumber(i).build())
            .build();
    int at = catalog.upsert(item).index();
    vectors.put(at, near(centers[cluster]), 0);
    vectors.putBias(at, (float) (0.5 * random.nextGaussian()));
  }

  private float[] near(float[] center) {
    float[] vector = new float[WIDTH];
    double squares = 0;
    for (int d = 0; d < WIDTH; d++) {
      vector[d] = center[d] + (float) (0.6 * random.nextGaussian() / Math.sqrt(WIDTH));
      squares += vector[d] * vector[d];
    }
    for (int d = 0; d < WIDTH; d++) {
      vector[d] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  private float[] query() {
    float[] query = near(centers[random.nextInt(CLUSTERS)]);
    for (int d = 0; d < WIDTH; d++) {
      query[d] *= 10;
    }
    return query;
  }

  private ScoreBonuses bonuses() {
    ScoreBonuses bonuses = new ScoreBonuses();
    bonuses.nextQuery();
    random.ints(30, 0, ITEMS).distinct().forEach(item -> bonuses.add(item, random.nextFloat()));
    bonuses.endQuery();
    return bonuses;
  }

  private static Filter anyOf(String slot, String... tokens) {
    return Filter.newBuilder()
        .setSlot(slot)
        .setAnyOf(TokenList.newBuilder().addAllToken(List.of(tokens)))
        .build();
  }

  private static Filter noneOf(String slot, String... tokens) {
    return Filter.newBuilder()
        .setSlot(slot)
        .setNoneOf(TokenList.newBuilder().addAllToken(List.of(tokens)))
        .build();
  }

  private static Filter below(double price) {
    return Filter.newBuilder()
        .setSlot("price")
        .setRange(NumberRange.newBuilder().setMax(price))
        .build();
  }

  private List<Integer> ask(
      ItemIndex index, float[] query, ScoreBonuses bonuses, int k, List<Filter> filters) {
    ItemFilter filter = ItemFilters.compile(filters, schema, catalog, Caller.PATIENT);
    ItemSearch search = new ItemSearch();
    ItemQuery asked = new ItemQuery(query, k, filter, new IntHashSet(), Caller.PATIENT);
    search.score(asked, bonuses, false);
    index.search(List.of(search), scratch);
    assertThat(search.failure()).isNull();
    return IntStream.range(0, search.top().size()).mapToObj(search.top()::index).toList();
  }

  private record Scored(int index, float score) {}

  private List<Integer> passing(List<Filter> filters) {
    List<Integer> passing = new ArrayList<>();
    for (int i = 0; i < catalog.indexLimit(); i++) {
      CatalogItem item = catalog.item(i);
      if (item != null
          && !item.item().getUnavailable()
          && filters.stream().allMatch(filter -> passes(filter, item.item()))) {
        passing.add(i);
      }
    }
    return passing;
  }

  private List<Integer> best(float[] query, ScoreBonuses bonuses, List<Integer> passing) {
    ItemIndex exact = new ItemIndex(vectors, catalog);
    return passing.stream()
        .map(i -> new Scored(i, exact.score(query, bonuses, i, scratch)))
        .sorted(Comparator.comparingDouble((Scored s) -> -s.score).thenComparingInt(s -> s.index))
        .limit(K)
        .map(Scored::index)
        .toList();
  }

  private static boolean passes(Filter filter, Item item) {
    SlotValue value = item.getSlotsOrThrow(filter.getSlot());
    List<String> tokens = new ArrayList<>(value.getTokens().getTokenList());
    tokens.addAll(value.getPath().getTokenList());
    return switch (filter.getConditionCase()) {
      case ANY_OF -> tokens.stream().anyMatch(filter.getAnyOf().getTokenList()::contains);
      case NONE_OF -> tokens.stream().noneMatch(filter.getNoneOf().getTokenList()::contains);
      case RANGE -> value.getNumber() <= filter.getRange().getMax();
      case CONDITION_NOT_SET -> throw new AssertionError();
    };
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whateverShareOfTheItemsPassesTheAnswerIsFull(Way way) {
    ItemIndex index = index(way);
    for (double share : SHARES) {
      check(index, way, List.of(anyOf("labels", "share-" + share)));
      check(index, way, List.of(below(share * ITEMS)));
    }
    check(index, way, List.of(anyOf("category", "c3")));
    check(index, way, List.of(anyOf("category", "c1", "c2", "c3", "c4", "c5", "c6")));
    check(index, way, List.of(noneOf("category", "c1", "c2", "c3")));
    check(index, way, List.of(noneOf("labels", "any")));
    check(index, way, List.of(anyOf("labels", "any"), noneOf("labels", "share-0.5")));
    check(
        index, way, List.of(anyOf("labels", "share-0.1"), below(1_000), noneOf("category", "c1")));
    check(index, way, List.of(anyOf("category", "c140"), anyOf("labels", "share-0.0001")));
    check(index, way, List.of(anyOf("labels", "unheard-of")));
  }

  private void check(ItemIndex index, Way way, List<Filter> filters) {
    int wanted = 0;
    int found = 0;
    List<Integer> passing = passing(filters);
    for (int q = 0; q < (way == Way.CELLS ? 40 : 8); q++) {
      float[] query = query();
      ScoreBonuses bonuses = bonuses();
      List<Integer> exact = best(query, bonuses, passing);
      List<Integer> answer = ask(index, query, bonuses, K, filters);
      assertThat(answer).as("%s", filters).hasSameSizeAs(exact).doesNotHaveDuplicates();
      if (way != Way.CELLS) {
        assertThat(answer).as("%s", filters).isEqualTo(exact);
      }
      wanted += exact.size();
      found += (int) exact.stream().filter(answer::contains).count();
    }
    assertThat(found).as("%s", filters).isGreaterThanOrEqualTo((int) Math.ceil(0.99 * wanted));
  }

  /** Nobody looks at an item that does not pass. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void aFilterIsAskedAboutFewItems(Way way) {
    ItemIndex index = index(way);
    for (double share : SHARES) {
      AtomicInteger asked = new AtomicInteger();
      ItemFilter filter =
          ItemFilters.compile(
              List.of(anyOf("labels", "share-" + share)), schema, catalog, Caller.PATIENT);
      ItemFilter counting =
          new ItemFilter() {
            @Override
            public boolean accepts(CatalogItem item) {
              asked.incrementAndGet();
              return filter.accepts(item);
            }

            @Override
            public PassingItems passing() {
              return Objects.requireNonNull(filter.passing());
            }
          };
      ItemSearch search = new ItemSearch();
      search.score(
          new ItemQuery(query(), K, counting, new IntHashSet(), Caller.PATIENT), bonuses(), false);
      index.search(List.of(search), scratch);
      assertThat(search.failure()).isNull();
      assertThat(asked.get()).as("passed by %s", share).isLessThan(800);
    }
  }

  /** Items that stay as they are are found whatever happens to others. */
  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"SCAN", "CELLS"})
  void itemsComeChangeAndGoWhileTheyAreAskedFor(Way way) throws Exception {
    ItemIndex index = index(way);
    List<Filter> filters = List.of(anyOf("labels", "share-0.001"));
    List<Integer> stable = new ArrayList<>();
    for (int i = 0; i < ITEMS; i += 1_000) {
      if (i % 31 != 7) {
        stable.add(i);
      }
    }
    AtomicBoolean done = new AtomicBoolean();
    Thread changes =
        Thread.ofPlatform()
            .start(() -> {
              Random moves = new Random(1);
              for (int step = 0; !done.get(); step++) {
                // Never one of the stable ones; with the label at every other turn.
                int i = 1 + moves.nextInt(ITEMS / 1_000) * 1_000;
                if (step % 7 == 0) {
                  CatalogItem deleted = catalog.delete("i" + i, 0);
                  if (deleted != null) {
                    vectors.remove(deleted.index());
                  }
                } else {
                  put("i" + i, step % 2 == 0 ? 0 : 1);
                }
              }
            });
    try {
      for (int q = 0; q < 200; q++) {
        List<Integer> answer = ask(index, query(), bonuses(), 200, filters);
        assertThat(answer).doesNotHaveDuplicates().containsAll(stable);
        assertThat(answer).allMatch(item -> item % 1_000 <= 1);
      }
    } finally {
      done.set(true);
      changes.join();
    }
    check(index, way, filters);
  }

  @Test
  void searchesOfCellsWithAFilterAreMeasuredToo() {
    ItemIndex index = index(Way.CELLS);
    List<Filter> filters = List.of(anyOf("labels", "share-0.5"));
    for (int q = 0; q < RecallSample.EVERY; q++) {
      assertThat(ask(index, query(), bonuses(), K, filters)).hasSize(K);
    }
    assertThat(recall.searches()).isEqualTo(RecallSample.EVERY);
    assertThat(recall.sampled()).isEqualTo(1);
  }
}
