package dev.dolmen.bench.index;

import dev.dolmen.bench.model.Rounds;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.ItemQuery;
import dev.dolmen.server.index.ItemSearch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.agrona.collections.IntHashSet;

/**
 * Searches of all items on one thread, in its processor time: by themselves, and so many that share
 * a pass. Vectors are random with length 1, queries are as long as the model's, and of each some
 * items have bonuses as those of a session's signals.
 */
final class PassFigures {
  static final int WIDTH = 64;
  static final long SEED = 1;
  static final int[] TOGETHER = {1, 2, 4, 8, 16, 32};

  private static final int K = 20;
  private static final int LENGTH = 10;

  /** Items of a session that carry signals, as measured on diginetica. */
  private static final int SIGNALS = 135;

  /**
   * One figure.
   *
   * @param precision fp32, bf16 or int8
   * @param together searches that share a pass
   * @param us of the whole pass, processor time
   * @param perSecond searches a second of processor time
   * @param ratio to searches by themselves, in the same rounds
   */
  record Line(String precision, int together, double us, double perSecond, double ratio) {}

  private final Rounds rounds;
  private final int items;
  private final MadeUpCatalog catalog;

  PassFigures(Rounds rounds, int items) {
    this.rounds = rounds;
    this.items = items;
    catalog = new MadeUpCatalog(items);
  }

  List<Line> measure(ScanPrecision precision) {
    SplittableRandom random = new SplittableRandom(SEED);
    ItemVectors vectors = new ItemVectors(WIDTH, precision);
    for (int i = 0; i < items; i++) {
      vectors.put(i, vector(1, random), 0);
      vectors.putBias(i, (float) random.nextGaussian());
    }
    ItemIndex index = new ItemIndex(vectors, catalog);
    List<Runnable> contenders = new ArrayList<>();
    for (int together : TOGETHER) {
      contenders.add(new Pass(index, together, random));
    }
    List<Rounds.Figure> figures = rounds.measureProcessorTime(contenders);
    List<Line> lines = new ArrayList<>();
    double alone = figures.getFirst().us();
    for (int i = 0; i < TOGETHER.length; i++) {
      double us = figures.get(i).us();
      double perSecond = TOGETHER[i] * 1e6 / us;
      String name = precision.name().toLowerCase(Locale.ROOT);
      lines.add(new Line(name, TOGETHER[i], us, perSecond, TOGETHER[i] * alone / us));
    }
    return lines;
  }

  private static float[] vector(double length, SplittableRandom random) {
    float[] vector = new float[WIDTH];
    double squares = 0;
    for (int d = 0; d < WIDTH; d++) {
      vector[d] = (float) random.nextGaussian();
      squares += vector[d] * vector[d];
    }
    for (int d = 0; d < WIDTH; d++) {
      vector[d] *= (float) (length / Math.sqrt(squares));
    }
    return vector;
  }

  /** A pass with its searches, asked again and again. */
  private final class Pass implements Runnable {
    private final ItemIndex index;
    private final ItemIndex.Scratch scratch = new ItemIndex.Scratch();
    private final List<ItemSearch> searches = new ArrayList<>();
    private final List<ItemQuery> queries = new ArrayList<>();
    private final List<ScoreBonuses> bonuses = new ArrayList<>();

    Pass(ItemIndex index, int together, SplittableRandom random) {
      this.index = index;
      for (int q = 0; q < together; q++) {
        searches.add(new ItemSearch());
        queries.add(
            new ItemQuery(
                vector(LENGTH, random), K, ItemFilter.ALL, new IntHashSet(), Caller.PATIENT));
        ScoreBonuses signals = new ScoreBonuses();
        signals.nextQuery();
        random
            .ints(SIGNALS, 0, items)
            .distinct()
            .forEach(item -> signals.add(item, (float) (5 * random.nextDouble())));
        signals.endQuery();
        bonuses.add(signals);
      }
    }

    @Override
    public void run() {
      for (int q = 0; q < searches.size(); q++) {
        searches.get(q).score(queries.get(q), bonuses.get(q), true);
      }
      index.search(searches, scratch);
    }
  }
}
