package dev.dolmen.bench.model;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.kernel.KernelScratch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Scans of all item vectors for one query and for eight that share the pass. */
final class ScanFigures {
  static final String OP = "scan";
  private static final int WIDTH = 64;

  /** Items whose scores are written at a time, as the item index asks for them. */
  private static final int BLOCK = 2_048;

  private final Rounds rounds;
  private final int items;
  private static final int QUERIES = 8;

  /** Not a power of 2, for the rows of several queries not to share the cache's sets. */
  private static final int STRIDE = BLOCK + 32;

  private final KernelScratch scratch = new KernelScratch();
  private final float[] scores = new float[QUERIES * STRIDE];
  private final float[] queries =
      Numbers.gaussian(QUERIES * WIDTH, 1, new SplittableRandom(EncodeShape.SEED));

  ScanFigures(Rounds rounds, int items) {
    this.rounds = rounds;
    this.items = items;
  }

  List<ModelLine> measure() {
    List<ModelLine> lines = new ArrayList<>();
    for (ScanPrecision precision : ScanPrecision.values()) {
      ItemVectors vectors = new ItemVectors(WIDTH, precision);
      SplittableRandom random = new SplittableRandom(EncodeShape.SEED);
      for (int i = 0; i < items; i++) {
        vectors.put(i, Numbers.gaussian(WIDTH, 1 / Math.sqrt(WIDTH), random), 0);
      }
      for (int count : new int[] {1, QUERIES}) {
        Rounds.Figure figure = rounds.measure(List.of(() -> scan(vectors, count))).getFirst();
        String shape = precision.name().toLowerCase(Locale.ROOT) + " q" + count;
        lines.add(
            ModelLine.timed(OP, shape, ModelLine.DOLMEN, figure)
                .withBytes((double) items * WIDTH * bytes(precision)));
      }
    }
    return lines;
  }

  private static int bytes(ScanPrecision precision) {
    return switch (precision) {
      case FP32 -> Float.BYTES;
      case BF16 -> Short.BYTES;
      case INT8 -> Byte.BYTES;
    };
  }

  private void scan(ItemVectors vectors, int count) {
    for (int from = 0; from < items; from += BLOCK) {
      int to = Math.min(items, from + BLOCK);
      vectors.upperBounds(queries, 0, count, true, from, to, scores, 0, STRIDE, scratch);
    }
  }
}
