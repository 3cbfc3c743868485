package dev.dolmen.evaluation.study;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.ranking.SessionRanks;
import dev.dolmen.traffic.demo.NewProduct;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The demonstration's shop without a server: its visitors' clicks are learned in steps as small as
 * a server's, half-way the taste changes, and at the end products arrive that nobody has clicked.
 * Each is ranked, with the code that serves, for the visit that leads to it. The same seed gives
 * the same ranks. One thread.
 */
final class NewProductRanks {
  /** When the first click happens: any moment will do, if it is always the same. */
  private static final long START_MS = 1_767_225_600_000L;

  /** As in the demonstration, which has 400 clicks a second. */
  private static final double CLICK_MS = 2.5;

  /**
   * What is asked.
   *
   * @param clicks that are learned before products arrive
   * @param batchEvents clicks that are learned in one step
   * @param products that arrive
   */
  record Options(long clicks, int batchEvents, int products) {}

  /**
   * What came of one shop.
   *
   * @param ranks of the new products among all that the visit has not clicked, from 1
   * @param siblingRanks the same of established products that are like them in all but the variant
   * @param items that there were in the end
   * @param total validation of all clicks, each predicted before it was learned
   * @param window the same of the last ones
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier.
  record Outcome(
      int[] ranks,
      int[] siblingRanks,
      int items,
      ValidationFigures total,
      ValidationFigures window) {}

  private final EngineOptions engine;
  private final Options options;

  /**
   * Sets it up.
   *
   * @param engine with the shop's schema; its directory is deleted at the end
   */
  NewProductRanks(EngineOptions engine, Options options) {
    this.engine = engine;
    this.options = options;
  }

  /**
   * Learns and ranks.
   *
   * @param progress told the number of clicks learned
   * @throws IllegalArgumentException if so many products cannot be new at a time
   */
  Outcome run(LongConsumer progress) throws IOException {
    ShopEvents shop = new ShopEvents("study", engine.seed());
    try (HistoryTraining training = HistoryTraining.open(engine, InstantSource.system())) {
      shop.items().forEach(training::upsert);
      long nowMs = learn(shop, training, progress);
      ValidationFigures window = training.window();
      ValidationFigures total = training.endPass();
      if (options.products > shop.newProductsMax()) {
        throw new IllegalArgumentException(
            options.products + " new products, the shop has places for " + shop.newProductsMax());
      }
      List<NewProduct> arrivals = shop.newProducts(options.products);
      arrivals.forEach(a -> training.upsert(a.item()));
      return ranked(training.refreshed(), arrivals, nowMs, total, window);
    } finally {
      DirectoryTree.delete(engine.dataDirectory());
    }
  }

  private long learn(ShopEvents shop, HistoryTraining training, LongConsumer progress) {
    long nowMs = START_MS;
    for (long click = 0; click < options.clicks; click++) {
      if (click == options.clicks / 2) {
        shop.changeTaste();
      }
      nowMs = START_MS + (long) (click * CLICK_MS);
      training.learn(shop.next(nowMs));
      if ((click + 1) % options.batchEvents == 0) {
        training.learnBatch();
      }
      progress.accept(click + 1);
    }
    training.learnBatch();
    return nowMs;
  }

  private static Outcome ranked(
      LiveState live,
      List<NewProduct> arrivals,
      long nowMs,
      ValidationFigures total,
      ValidationFigures window) {
    List<Integer> ranks = new ArrayList<>();
    List<Integer> siblings = new ArrayList<>();
    for (NewProduct arrival : arrivals) {
      Item item = arrival.item();
      ranks.add(rank(live, arrival.visit(), item.getItemId(), nowMs));
      arrival.siblings().forEach(s -> siblings.add(rank(live, arrival.visit(), s, nowMs)));
    }
    return new Outcome(sorted(ranks), sorted(siblings), live.catalog().size(), total, window);
  }

  /** 1 + how many items that the visit has not clicked score as high or higher. */
  private static int rank(LiveState live, List<String> visit, String item, long nowMs) {
    SessionRanks ranking = new SessionRanks(live);
    SessionContext.Builder session = SessionContext.newBuilder();
    visit.forEach(id -> session.addEvents(SessionEvent.newBuilder().setItemId(id)));
    ranking.add(session.build(), item, nowMs);
    int[] rank = new int[1];
    ranking.ranks(Integer.MAX_VALUE, rank);
    float own = ranking.score(0, item);
    return rank[0] - (int) visit.stream().filter(id -> ranking.score(0, id) >= own).count();
  }

  private static int[] sorted(List<Integer> ranks) {
    int[] sorted = ranks.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
