package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.model.DolmenModel;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.validation.RankingFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The demonstration's shop without a server, whose visitors' taste changes once: how well the next
 * click is predicted from then on, for a model that had learned so much. The first taste and the
 * second are a function of the seed and not of when it changes, so that a young and an old model
 * are asked the same. One thread.
 */
final class DriftStudy {
  /** When the first click happens: any moment will do, if it is always the same. */
  private static final long START_MS = 1_767_225_600_000L;

  /** As in the demonstration, which has 400 clicks a second. */
  private static final double CLICK_MS = 2.5;

  private final EngineOptions engine;
  private final Options options;

  /**
   * What is asked.
   *
   * @param follow clicks after the change that are looked at, a multiple of {@code block}
   * @param block clicks whose predictions are taken together
   */
  record Options(long follow, long block) {}

  /**
   * What came of one model.
   *
   * @param before of the block before the change
   * @param after of each block from the change on
   */
  record Outcome(Block before, List<Block> after) {
    /** Clicks from the change to the end of the first block with so much Recall@20; -1 for none. */
    long recovery(double recall, long block) {
      for (int i = 0; i < after.size(); i++) {
        if (after.get(i).recall >= recall) {
          return (i + 1) * block;
        }
      }
      return -1;
    }

    /** Mean Recall@20 of the blocks from one on. */
    double recallFrom(int first) {
      return after.stream().skip(first).mapToDouble(Block::recall).average().orElse(Double.NaN);
    }

    /** Mean MRR@20 of the blocks from one on. */
    double mrrFrom(int first) {
      return after.stream().skip(first).mapToDouble(Block::mrr).average().orElse(Double.NaN);
    }
  }

  /** Means of a block's predictions, each made before its click was learned. */
  record Block(double recall, double mrr) {
    /** Of those that came between two totals. */
    static Block between(RankingFigures from, RankingFigures to) {
      double n = to.predictions() - (double) from.predictions();
      return new Block(
          (to.predictions() * to.recallAt20() - from.predictions() * from.recallAt20()) / n,
          (to.predictions() * to.mrrAt20() - from.predictions() * from.mrrAt20()) / n);
    }

    /** Block by block the means of several outcomes. */
    static Block mean(List<Block> blocks) {
      return new Block(
          blocks.stream().mapToDouble(Block::recall).average().orElse(Double.NaN),
          blocks.stream().mapToDouble(Block::mrr).average().orElse(Double.NaN));
    }
  }

  /**
   * Sets it up.
   *
   * @param engine with the shop's schema; its directory is not used
   */
  DriftStudy(EngineOptions engine, Options options) {
    this.engine = engine;
    this.options = options;
  }

  /**
   * Learns, changes the taste, and goes on.
   *
   * @param clicks before the change, a multiple of the block
   * @param progress told the number of clicks learned
   */
  Outcome run(long clicks, LongConsumer progress) throws IOException {
    Path directory = DolmenModel.directory();
    ShopEvents shop = new ShopEvents("study", engine.seed());
    EngineOptions used = engine.with(e -> e.dataDirectory(directory));
    try (HistoryTraining training = HistoryTraining.open(used, InstantSource.system())) {
      shop.items().forEach(training::upsert);
      List<Block> blocks = new ArrayList<>();
      RankingFigures last = training.total().model();
      for (long click = 0; click < clicks + options.follow; click++) {
        if (click == clicks) {
          shop.changeTaste();
        }
        training.learn(shop.next(START_MS + (long) (click * CLICK_MS)));
        if ((click + 1) % options.block == 0) {
          training.learnBatch();
          RankingFigures now = training.total().model();
          blocks.add(Block.between(last, now));
          last = now;
        }
        progress.accept(click + 1);
      }
      int change = (int) (clicks / options.block);
      return new Outcome(
          blocks.get(change - 1), List.copyOf(blocks.subList(change, blocks.size())));
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  /** Block by block the means of several models, which were asked as much. */
  static Outcome mean(List<Outcome> outcomes) {
    Block[] after = new Block[outcomes.getFirst().after.size()];
    Arrays.setAll(
        after, i -> Block.mean(outcomes.stream().map(outcome -> outcome.after.get(i)).toList()));
    return new Outcome(Block.mean(outcomes.stream().map(Outcome::before).toList()), List.of(after));
  }
}
