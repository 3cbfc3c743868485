package dev.dolmen.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.thread.BackgroundThreads;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.agrona.collections.IntHashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Cells of vectors that lie in clusters, as learned ones do, and move. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class CellsTest {
  private static final int WIDTH = 32;
  private static final int ITEMS = 12_000;
  private static final int CLUSTERS = 150;
  private static final int K = 20;

  private static final SlotValue CATEGORY =
      SlotValue.newBuilder().setPath(TokenList.newBuilder().addToken("all")).build();

  private final Random random = new Random(5);
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(Schemas.shop()), CatalogOptions.defaults());
  private final ItemVectors vectors = new ItemVectors(WIDTH, ScanPrecision.FP32, true);
  private final CellKeeper keeper = new CellKeeper(vectors, 1_000, null, System::nanoTime);
  private final RecallSample recall =
      new RecallSample(
          new SimpleMeterRegistry(),
          work -> {
            work.run();
            return true;
          },
          0);
  private final ItemIndex index = new ItemIndex(vectors, catalog, keeper, recall);
  private final ItemIndex.Scratch scratch = new ItemIndex.Scratch();
  private final float[][] centers = new float[CLUSTERS][];
  private final ScoreBonuses none = new ScoreBonuses();

  private void fill(int items) {
    for (int c = 0; c < CLUSTERS; c++) {
      centers[c] = direction();
    }
    for (int i = 0; i < items; i++) {
      add(i);
    }
  }

  private void add(int i) {
    Item item = Item.newBuilder().setItemId("i" + i).putSlots("category", CATEGORY).build();
    assertThat(catalog.upsert(item).index()).isEqualTo(i);
    vectors.put(i, near(centers[random.nextInt(CLUSTERS)]), 0);
    vectors.putBias(i, (float) (0.5 * random.nextGaussian()));
  }

  private float[] direction() {
    return near(new float[WIDTH]);
  }

  /** A vector of length 1. */
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

  private ItemSearch ask(float[] query, ScoreBonuses bonuses, int k, boolean exact) {
    return ask(query, bonuses, k, exact, ItemFilter.ALL, new IntHashSet());
  }

  private ItemSearch ask(
      float[] query,
      ScoreBonuses bonuses,
      int k,
      boolean exact,
      ItemFilter filter,
      IntHashSet excluded) {
    ItemSearch search = new ItemSearch();
    search.score(new ItemQuery(query, k, filter, excluded, Caller.PATIENT), bonuses, exact);
    index.search(List.of(search), scratch);
    assertThat(search.failure()).isNull();
    return search;
  }

  private static List<Integer> items(ItemSearch search) {
    List<Integer> items = new ArrayList<>();
    for (int i = 0; i < search.top().size(); i++) {
      items.add(search.top().index(i));
    }
    return items;
  }

  private float[] query() {
    float[] query = near(centers[random.nextInt(CLUSTERS)]);
    for (int d = 0; d < WIDTH; d++) {
      query[d] *= 10;
    }
    return query;
  }

  private double recall(int queries) {
    int found = 0;
    for (int q = 0; q < queries; q++) {
      float[] query = query();
      List<Integer> exact = items(ask(query, none, K, true));
      List<Integer> byCells = items(ask(query, none, K, false));
      assertThat(byCells).hasSize(K).doesNotHaveDuplicates();
      found += (int) exact.stream().filter(byCells::contains).count();
    }
    return (double) found / (queries * K);
  }

  @Test
  void everyItemIsInTheOneCellThatIsClosest() {
    fill(ITEMS);
    for (int i = 0; i < ITEMS; i += 13) {
      vectors.remove(i);
    }
    keeper.pass();
    keeper.pass();
    Cells cells = Objects.requireNonNull(keeper.current());
    int[] times = new int[ITEMS];
    float[] query = query();
    float[] promises = new float[cells.promisesLength()];
    float[] scores = new float[ItemVectors.aligned(ITEMS)];
    cells.promises(query, promises);
    vectors.scores(query, 0, 0, ITEMS, scores, 0);
    int largest = 0;
    for (int cell = 0; cell < cells.count(); cell++) {
      for (int i = cells.from(cell); i < cells.to(cell); i++) {
        int item = cells.items()[i];
        times[item]++;
        assertThat(scores[item])
            .as("no score is above what the radius lets it be")
            .isLessThanOrEqualTo(promises[cell] + cells.reach(cell, 10) + 1e-3f);
      }
      largest = Math.max(largest, cells.to(cell) - cells.from(cell));
    }
    for (int i = 0; i < ITEMS; i++) {
      assertThat(times[i]).as("item %d", i).isEqualTo(i % 13 == 0 ? 0 : 1);
    }
    assertThat(largest).isLessThan(ITEMS / 20);
  }

  @Test
  void cellsFollowItemsThatMove() {
    fill(ITEMS);
    keeper.pass();
    assertThat(recall(200)).isGreaterThan(0.99);
    Cells first = keeper.current();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < ITEMS; i++) {
        vectors.put(i, near(centers[random.nextInt(CLUSTERS)]), 0);
      }
      keeper.pass();
      assertThat(recall(200)).as("after all have moved %d times", round + 1).isGreaterThan(0.99);
    }
    assertThat(keeper.current()).isNotSameAs(first);
  }

  /** All vectors turn, and all priors change: the items stay in their cells. */
  @Test
  void cellsFollowVectorsThatMoveTogetherWithoutAPass() {
    fill(ITEMS);
    keeper.pass();
    float[] vector = new float[WIDTH];
    for (int i = 0; i < ITEMS; i++) {
      assertThat(vectors.get(i, vector, 0)).isTrue();
      vectors.put(i, turned(vector), 0);
      vectors.putBias(i, (float) (0.5 * random.nextGaussian()));
    }
    for (int c = 0; c < CLUSTERS; c++) {
      centers[c] = turned(centers[c]);
    }
    assertThat(recall(100)).as("of cells as they were").isLessThan(0.7);
    keeper.refresh();
    assertThat(recall(200)).isGreaterThan(0.99);
    assertThat(keeper.passes()).isEqualTo(1);
  }

  private static float[] turned(float[] vector) {
    float[] turned = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      turned[d] = vector[(d + 1) % WIDTH];
    }
    return turned;
  }

  @Test
  void whatAppearsAfterAPassIsFoundAtOnce() {
    fill(ITEMS);
    keeper.pass();
    vectors.remove(17);
    for (int i = 0; i < 500; i++) {
      add(ITEMS + i);
    }
    float[] query = query();
    float[] best = query.clone();
    for (int d = 0; d < WIDTH; d++) {
      best[d] /= 10;
    }
    vectors.put(ITEMS + 77, best, 0);
    vectors.putBias(ITEMS + 77, 50);
    vectors.put(17, best, 0); // It was in a cell, and comes again.
    vectors.putBias(17, 49);
    List<Integer> found = items(ask(query, none, K, false));
    assertThat(found.subList(0, 2)).containsExactly(ITEMS + 77, 17);
    assertThat(found).doesNotHaveDuplicates();
  }

  /** More than are remembered: then all are looked at. */
  @Test
  void manyThatAppearAreFoundToo() {
    fill(ITEMS);
    keeper.pass();
    for (int i = 0; i < ItemVectors.APPEARANCES; i++) {
      add(ITEMS + i);
    }
    for (int q = 0; q < 50; q++) {
      float[] query = query();
      assertThat(items(ask(query, none, K, false))).isEqualTo(items(ask(query, none, K, true)));
    }
  }

  @Test
  void itemsWithSignalsAreScoredInAnyCell() {
    fill(ITEMS);
    keeper.pass();
    for (int round = 0; round < 50; round++) {
      ScoreBonuses bonuses = new ScoreBonuses();
      bonuses.nextQuery();
      random.ints(100, 0, ITEMS).distinct().forEach(item -> bonuses.add(item, 30));
      bonuses.endQuery();
      float[] query = query();
      ItemSearch exact = ask(query, bonuses, K, true);
      ItemSearch byCells = ask(query, bonuses, K, false);
      assertThat(items(byCells)).isEqualTo(items(exact));
      for (int i = 0; i < K; i++) {
        assertThat(byCells.top().score(i)).isEqualTo(exact.top().score(i));
      }
    }
  }

  @Test
  void whereCellsDoNotDoAllItemsAreLookedAt() {
    fill(ITEMS);
    keeper.pass();
    float[] query = query();
    long before = recall.searches();
    ItemFilter some = item -> item.id().endsWith("77");
    List<Integer> filtered = items(ask(query, none, K, false, some, new IntHashSet()));
    assertThat(filtered).isEqualTo(items(ask(query, none, K, true, some, new IntHashSet())));
    assertThat(items(ask(query, none, 1_000, false)))
        .isEqualTo(items(ask(query, none, 1_000, true)));
    // Nearly all that the cells have is excluded.
    IntHashSet excluded = new IntHashSet();
    for (int i = 0; i < ITEMS; i++) {
      if (i % 400 != 0) {
        excluded.add(i);
      }
    }
    List<Integer> rest = items(ask(query, none, K, false, ItemFilter.ALL, excluded));
    assertThat(rest).hasSize(K);
    assertThat(rest).isEqualTo(items(ask(query, none, K, true, ItemFilter.ALL, excluded)));
    assertThat(recall.searches()).isEqualTo(before);
  }

  @Test
  void recallIsMeasuredOnAShareOfSearches() {
    fill(ITEMS);
    keeper.pass();
    for (int q = 0; q < 2 * RecallSample.EVERY; q++) {
      ask(query(), none, K, false);
    }
    assertThat(recall.searches()).isEqualTo(2 * RecallSample.EVERY);
    assertThat(recall.sampled()).isEqualTo(2);
    assertThat(recall.recall()).isBetween(0.9, 1.0);
    // Vectors that have moved away from all cells.
    for (int i = 0; i < ITEMS; i++) {
      vectors.put(i, direction(), 0);
    }
    for (int q = 0; q < 20 * RecallSample.EVERY; q++) {
      ask(query(), none, K, false);
    }
    assertThat(recall.sampled()).isEqualTo(22);
    assertThat(recall.recall()).isLessThan(0.9);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theThreadThatKeepsCellsLeavesTheProcessorsToWhoAsks() throws Exception {
    fill(ITEMS);
    try (CellKeeper running = new CellKeeper(vectors, 1_000, null, System::nanoTime)) {
      running.start();
      CompletableFuture<Integer> seen = new CompletableFuture<>();
      running.beside(() -> seen.complete(BackgroundThreads.niceness()));
      assertThat(seen.get(30, TimeUnit.SECONDS))
          .isEqualTo(Math.min(19, BackgroundThreads.niceness() + BackgroundThreads.UPKEEP));
    }
  }

  /** A comparison costs many searches: it must be on no thread that answers. */
  @Test
  void theThreadThatKeepsCellsComparesAndNotWhoAsks() throws Exception {
    fill(ITEMS);
    try (CellKeeper running = new CellKeeper(vectors, 1_000, null, System::nanoTime)) {
      running.start();
      List<Thread> threads = new CopyOnWriteArrayList<>();
      RecallSample beside =
          new RecallSample(
              new SimpleMeterRegistry(),
              work ->
                  running.beside(() -> {
                    threads.add(Thread.currentThread());
                    work.run();
                  }),
              0);
      ItemIndex searched = new ItemIndex(vectors, catalog, running, beside);
      ItemIndex.Scratch own = new ItemIndex.Scratch();
      long until = System.nanoTime() + 30_000_000_000L;
      while (beside.sampled() < 2 && System.nanoTime() < until) {
        ItemSearch search = new ItemSearch();
        search.score(
            new ItemQuery(query(), K, ItemFilter.ALL, new IntHashSet(), Caller.PATIENT),
            none,
            false);
        searched.search(List.of(search), own);
        assertThat(search.top().size()).isEqualTo(K);
      }
      assertThat(beside.sampled()).isGreaterThanOrEqualTo(2);
      assertThat(threads).extracting(Thread::getName).containsOnly("dolmen-cells");
    }
  }

  @Test
  void thereAreNoneForFewItemsOrWithoutRows() {
    fill(999);
    keeper.pass();
    assertThat(keeper.current()).isNull();
    assertThat(items(ask(query(), none, K, false))).hasSize(K);
    add(999);
    keeper.pass();
    assertThat(keeper.current()).isNotNull();
    vectors.remove(0);
    keeper.pass();
    assertThat(keeper.current()).isNull();
    try (CellKeeper never = new CellKeeper(new ItemVectors(WIDTH), 0, null, System::nanoTime)) {
      never.start();
      assertThat(never.current()).isNull();
      assertThat(never.isKept()).isFalse();
    }
  }

  @Test
  void equalVectorsAreFoundAsWell() {
    fill(ITEMS);
    float[] same = direction();
    for (int i = 0; i < ITEMS; i++) {
      vectors.put(i, i % 2 == 0 ? same : new float[WIDTH], 0);
    }
    for (int pass = 0; pass < 3; pass++) {
      keeper.pass();
      float[] query = query();
      assertThat(items(ask(query, none, K, false))).isEqualTo(items(ask(query, none, K, true)));
    }
  }

  @Test
  void aKeeperThatRunsTakesNewItemsIntoCells() throws Exception {
    fill(2_000);
    try (CellKeeper running = new CellKeeper(vectors, 1_000, null, System::nanoTime)) {
      running.start();
      assertThat(size(running)).isEqualTo(2_000);
      add(2_000);
      while (size(running) < 2_001) {
        Thread.sleep(10);
      }
    }
  }

  private CellKeeper keptIn(Path directory) {
    return new CellKeeper(vectors, 1_000, new KeptCells(directory, vectors), System::nanoTime);
  }

  @Test
  void theNextStartBeginsWithTheCellsThatWereKept(@TempDir Path directory) {
    fill(ITEMS);
    keptIn(directory).close(); // It has made none.
    assertThat(directory).isEmptyDirectory();
    Cells before;
    try (CellKeeper first = keptIn(directory)) {
      first.start();
      before = Objects.requireNonNull(first.current());
    }
    // Meanwhile one has gone, one has come, and one stands at the index of another.
    vectors.remove(7);
    add(ITEMS);
    vectors.put(8, direction(), 0);
    try (CellKeeper second = keptIn(directory)) {
      second.start();
      assertThat(second.passes()).isZero();
      Cells now = Objects.requireNonNull(second.current());
      assertThat(now.count()).isEqualTo(before.count());
      assertThat(now.items()).doesNotContain(7).contains(8, ITEMS).doesNotHaveDuplicates();
      assertThat(now.size()).isEqualTo(ITEMS);
      ItemIndex searched = new ItemIndex(vectors, catalog, second, recall);
      for (int q = 0; q < 50; q++) {
        float[] query = query();
        assertThat(found(searched, query, false)).isEqualTo(found(searched, query, true));
      }
    }
  }

  private List<Integer> found(ItemIndex searched, float[] query, boolean exact) {
    ItemSearch search = new ItemSearch();
    search.score(
        new ItemQuery(query, K, ItemFilter.ALL, new IntHashSet(), Caller.PATIENT), none, exact);
    searched.search(List.of(search), scratch);
    return items(search);
  }

  @Test
  void keptCellsThatVectorsHaveLeftAreMadeAgain(@TempDir Path directory) {
    fill(ITEMS);
    try (CellKeeper first = keptIn(directory)) {
      first.start();
    }
    // Other clusters, and each item in any of them.
    for (int c = 0; c < CLUSTERS; c++) {
      centers[c] = direction();
    }
    for (int i = 0; i < ITEMS; i++) {
      vectors.put(i, near(centers[random.nextInt(CLUSTERS)]), 0);
    }
    try (CellKeeper second = keptIn(directory)) {
      second.start();
      assertThat(second.passes()).isPositive();
      ItemIndex searched = new ItemIndex(vectors, catalog, second, recall);
      int same = 0;
      for (int q = 0; q < 50; q++) {
        float[] query = query();
        List<Integer> exact = found(searched, query, true);
        same += (int) found(searched, query, false).stream().filter(exact::contains).count();
      }
      assertThat(same).isGreaterThan(50 * K * 9 / 10);
    }
  }

  @Test
  void keptCellsOfAFarSmallerCatalogueAreMadeAnew(@TempDir Path directory) {
    fill(1_500);
    try (CellKeeper first = keptIn(directory)) {
      first.start();
    }
    for (int i = 1_500; i < ITEMS; i++) {
      add(i);
    }
    try (CellKeeper second = keptIn(directory)) {
      second.start();
      assertThat(second.passes()).isPositive();
      assertThat(size(second)).isEqualTo(ITEMS);
    }
  }

  @Test
  void closingEndsAPassThatIsUnderWay() {
    fill(2_000);
    AtomicReference<CellKeeper> toClose = new AtomicReference<>();
    LongSupplier closesAtTheBeginning =
        () -> {
          CellKeeper running = toClose.getAndSet(null);
          if (running != null) {
            running.close();
          }
          return System.nanoTime();
        };
    try (CellKeeper running = new CellKeeper(vectors, 1_000, null, closesAtTheBeginning)) {
      toClose.set(running);
      running.start();
      assertThat(running.passes()).isZero();
      assertThat(running.current()).isNull();
    }
  }

  @Test
  void aPassThatFailsLeavesAllItemsToBeLookedAtUntilTheNext() throws Exception {
    fill(2_000);
    AtomicLong clock = new AtomicLong();
    LongSupplier failsAtFirst =
        () -> {
          if (clock.addAndGet(1_000_000_000) == 1_000_000_000) {
            throw new AssertionError("broken");
          }
          return clock.get();
        };
    try (CellKeeper running = new CellKeeper(vectors, 1_000, null, failsAtFirst)) {
      running.start();
      while (running.current() == null) {
        Thread.sleep(10);
      }
      assertThat(size(running)).isEqualTo(2_000);
    }
  }

  private static int size(CellKeeper keeper) {
    return Objects.requireNonNull(keeper.current()).size();
  }
}
