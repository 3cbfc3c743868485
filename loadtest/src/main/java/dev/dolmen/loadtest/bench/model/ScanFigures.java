package dev.dolmen.loadtest.bench.model;

import dev.dolmen.model.item.ItemVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Scans of all item vectors for one query and for eight that share the pass. */
final class ScanFigures {
  static final String OP = "scan";
  private static final int WIDTH = 64;

  /** Items whose scores are written at a time, as the item index asks for them. */
  private static final int BLOCK = 2_048;

  private final Rounds rounds;
  private final int items;
  private final float[] scores = new float[8 * BLOCK];
  private final float[] queries =
      Numbers.gaussian(8 * WIDTH, 1, new SplittableRandom(EncodeShape.SEED));

  ScanFigures(Rounds rounds, int items) {
    this.rounds = rounds;
    this.items = items;
  }

  List<ModelLine> measure() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    SplittableRandom random = new SplittableRandom(EncodeShape.SEED);
    for (int i = 0; i < items; i++) {
      vectors.put(i, Numbers.gaussian(WIDTH, 1 / Math.sqrt(WIDTH), random), 0);
    }
    List<ModelLine> lines = new ArrayList<>();
    for (int count : new int[] {1, 8}) {
      Rounds.Figure figure = rounds.measure(List.of(() -> scan(vectors, count))).getFirst();
      lines.add(
          ModelLine.timed(OP, "fp32 q" + count, ModelLine.DOLMEN, figure)
              .withBytes((double) items * WIDTH * Float.BYTES));
    }
    return lines;
  }

  private void scan(ItemVectors vectors, int count) {
    for (int from = 0; from < items; from += BLOCK) {
      vectors.scores(queries, 0, count, from, Math.min(items, from + BLOCK), scores, 0, BLOCK);
    }
  }
}
