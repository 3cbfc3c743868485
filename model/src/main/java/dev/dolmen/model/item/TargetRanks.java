package dev.dolmen.model.item;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import org.jspecify.annotations.Nullable;

/**
 * Ranks one target for each of many queries among all items, by score. Holds the memory that this
 * takes, which grows to what is needed and stays there; one thread at a time.
 */
public final class TargetRanks {
  /** Panels and queries whose scores are counted at a time: they fit the second-level cache. */
  private static final int PANELS = 8;

  private static final int QUERIES = 64;
  private static final int COLUMNS = PANELS * ItemVectors.ALIGNMENT;

  private final Kernels kernels;
  private final KernelScratch scratch = new KernelScratch();

  /** The queries that are open, [open, D], the scores of their targets, and scores of all. */
  private float[] floats = new float[0];

  /** The number of each open query. */
  private int[] queryOf = new int[0];

  public TargetRanks() {
    this(Kernels.best());
  }

  TargetRanks(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Ranks of the targets among all items present, 1 for the best; ties, and scores that are not a
   * number, count against the target. An absent target ranks behind all. A query is given up as
   * soon as its target ranks behind {@code rankMax}: most targets do, and most of them soon.
   *
   * @param queries [count, D] from index 0
   * @param targets item index per query, [count]
   * @param rankMax ranks up to this are exact; others are some number above it
   * @param bonuses what is added to the scores of some items, of {@code count} queries; null for
   *     nothing
   * @param ranks overwritten, [count]
   */
  public void rank(
      ItemVectorReader vectors,
      float[] queries,
      int[] targets,
      int count,
      int rankMax,
      @Nullable ScoreBonuses bonuses,
      int[] ranks) {
    int width = vectors.width();
    int thresholds = count * width;
    int buffer = thresholds + count;
    floats = Floats.atLeast(floats, buffer + QUERIES * COLUMNS);
    if (queryOf.length < count) {
      queryOf = new int[Math.max(count, 2 * queryOf.length)];
    }
    System.arraycopy(queries, 0, floats, 0, count * width);
    for (int q = 0; q < count; q++) {
      float target = score(vectors, queries, q, targets[q], buffer);
      queryOf[q] = q;
      ranks[q] = 0;
      floats[thresholds + q] = bonuses == null ? target : target + bonuses.of(q, targets[q]);
    }
    int open = count;
    int end = ItemVectors.aligned(vectors.size());
    for (int from = 0; from < end && open > 0; from += COLUMNS) {
      int to = Math.min(from + COLUMNS, end);
      for (int q = 0; q < open; q += QUERIES) {
        int rows = Math.min(QUERIES, open - q);
        vectors.scores(floats, q * width, rows, from, to, floats, buffer, COLUMNS, scratch);
        count(q, rows, from, to, bonuses, thresholds, buffer, ranks);
      }
      open = closeBeyond(rankMax, ranks, open, width, thresholds);
    }
    int present = vectors.present();
    for (int q = 0; q < count; q++) {
      ranks[q] = vectors.contains(targets[q]) ? Math.min(ranks[q], present) : present + 1;
    }
  }

  /** Adds to the ranks of some open queries the items of one scan that stand before the target. */
  private void count(
      int first,
      int rows,
      int from,
      int to,
      @Nullable ScoreBonuses bonuses,
      int thresholds,
      int buffer,
      int[] ranks) {
    for (int i = 0; i < rows; i++) {
      int query = queryOf[first + i];
      int scores = buffer + i * COLUMNS;
      if (bonuses != null) {
        bonuses.addTo(query, bonuses.placeOf(query, from), from, to, floats, scores);
      }
      ranks[query] +=
          kernels.countNotBelow(floats, scores, to - from, floats[thresholds + first + i]);
    }
  }

  /** Score of one item, the same to the bit as in a scan, which scores whole panels, too. */
  private float score(ItemVectorReader vectors, float[] queries, int query, int item, int buffer) {
    int at = item % ItemVectors.ALIGNMENT;
    int panel = item - at;
    int offset = query * vectors.width();
    vectors.scores(queries, offset, panel, panel + ItemVectors.ALIGNMENT, floats, buffer);
    return floats[buffer + at];
  }

  /** Moves the open queries together; the others are settled. */
  private int closeBeyond(int rankMax, int[] ranks, int open, int width, int thresholds) {
    int kept = 0;
    for (int q = 0; q < open; q++) {
      if (ranks[queryOf[q]] <= rankMax) {
        if (kept != q) {
          queryOf[kept] = queryOf[q];
          floats[thresholds + kept] = floats[thresholds + q];
          System.arraycopy(floats, q * width, floats, kept * width, width);
        }
        kept++;
      }
    }
    return kept;
  }
}
