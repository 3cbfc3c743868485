package dev.dolmen.model.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.kernel.ScalarKernels;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemVectorsTest {
  private static final int WIDTH = 24;
  private final Random random = new Random(3);

  private float[] vector() {
    float[] v = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      v[d] = (float) random.nextGaussian();
    }
    return v;
  }

  @Test
  void keepsWhatWasPut() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    assertThat(vectors.size()).isZero();
    float[] out = new float[WIDTH + 1];
    assertThat(vectors.get(5000, out, 0)).isFalse();
    float[] v = vector();
    assertThat(vectors.put(5000, v, 0)).isTrue();
    assertThat(vectors.size()).isEqualTo(5001);
    assertThat(vectors.present()).isOne();
    assertThat(vectors.contains(5000)).isTrue();
    assertThat(vectors.contains(4999)).isFalse();
    assertThat(vectors.contains(1)).isFalse();
    assertThat(vectors.contains(1_000_000)).isFalse();
    assertThat(vectors.get(5000, out, 1)).isTrue();
    for (int d = 0; d < WIDTH; d++) {
      assertThat(out[d + 1]).isEqualTo(v[d]);
    }
    vectors.remove(5000);
    vectors.remove(5000);
    vectors.remove(77_777);
    assertThat(vectors.present()).isZero();
    assertThat(vectors.get(5000, out, 0)).isFalse();
  }

  @Test
  void refusesWhatIsNotFinite() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    float[] v = vector();
    vectors.put(0, v, 0);
    float[] bad = vector();
    bad[7] = Float.NaN;
    assertThat(vectors.put(0, bad, 0)).isFalse();
    assertThat(vectors.put(1, bad, 0)).isFalse();
    float[] out = new float[WIDTH];
    vectors.get(0, out, 0);
    assertThat(out).isEqualTo(v);
    assertThat(vectors.contains(1)).isFalse();
    assertThat(vectors.putBias(0, Float.NaN)).isFalse();
    assertThat(vectors.putBias(0, 2)).isTrue();
    assertThat(vectors.bias(0)).isEqualTo(2);
    vectors.remove(0);
    assertThat(vectors.bias(0)).isZero();
    assertThat(vectors.bias(99_999)).isZero();
  }

  @Test
  void boundsAreAboveTheScoresAndCloseToThem() {
    int items = 1500;
    int queries = 9;
    float[] query = new float[queries * WIDTH];
    for (int i = 0; i < query.length; i++) {
      query[i] = (float) random.nextGaussian();
    }
    for (ScanPrecision precision : ScanPrecision.values()) {
      ItemVectors vectors = new ItemVectors(WIDTH, precision);
      for (int i = 0; i < items; i++) {
        float[] v = vector();
        v[i % WIDTH] *= i % 100; // Of very unequal numbers, too.
        vectors.put(i, i == 700 ? new float[WIDTH] : v, 0);
        vectors.putBias(i, i % 5);
      }
      vectors.remove(99);
      int stride = ItemVectors.aligned(items);
      float[] scores = new float[queries * stride];
      float[] bounds = new float[queries * stride];
      KernelScratch scratch = new KernelScratch();
      vectors.scores(query, 0, queries, 0, items, scores, 0, stride, scratch);
      vectors.upperBounds(query, 0, queries, true, 0, items, bounds, 0, stride, scratch);
      double excess = 0;
      for (int q = 0; q < queries; q++) {
        for (int i = 0; i < items; i++) {
          float score = scores[q * stride + i];
          float bound = bounds[q * stride + i];
          assertThat(bound).isGreaterThanOrEqualTo(score);
          excess += i == 99 ? 0 : bound - score;
        }
        assertThat(bounds[q * stride + 99]).isEqualTo(Float.NEGATIVE_INFINITY);
      }
      if (precision == ScanPrecision.FP32) {
        assertThat(bounds).isEqualTo(scores);
      } else {
        assertThat(excess / (queries * items)).isBetween(1e-3, 5.0);
      }
    }
  }

  @Test
  void boundsHoldWhereAllNumbersAreRoundedDownTheFarthest() {
    // Half-way between two numbers of eight bits: 1 is the even one.
    float[] farthest = new float[WIDTH];
    Arrays.fill(farthest, 1 + 0x1p-8f);
    // The same of codes up to 127: one number sets the scale, the others lie half-way.
    float[] halfWay = new float[WIDTH];
    Arrays.fill(halfWay, 100.4999f);
    halfWay[0] = 127;
    for (ScanPrecision precision : ScanPrecision.values()) {
      ItemVectors vectors = new ItemVectors(WIDTH, precision);
      vectors.put(0, farthest, 0);
      vectors.put(1, halfWay, 0);
      float[] query = new float[WIDTH];
      Arrays.fill(query, 1);
      query[0] = 0;
      float[] scores = new float[ItemVectors.ALIGNMENT];
      float[] bounds = new float[ItemVectors.ALIGNMENT];
      vectors.scores(query, 0, 0, 2, scores, 0);
      vectors.upperBounds(
          query, 0, 1, true, 0, 2, bounds, 0, ItemVectors.ALIGNMENT, new KernelScratch());
      assertThat(bounds[0]).as("%s", precision).isGreaterThanOrEqualTo(scores[0]);
      assertThat(bounds[1]).as("%s", precision).isGreaterThanOrEqualTo(scores[1]);
    }
  }

  @Test
  void rowsBoundScoresOfItemsAnywhere() {
    int items = 3_000;
    float[] query = vector();
    ItemVectors vectors = new ItemVectors(WIDTH, ScanPrecision.FP32, true);
    for (int i = 0; i < items; i++) {
      float[] v = vector();
      v[i % WIDTH] *= i % 100;
      vectors.put(i, i == 700 ? new float[WIDTH] : v, 0);
      vectors.putBias(i, i % 5);
    }
    vectors.remove(99);
    float[] scores = new float[ItemVectors.aligned(items)];
    vectors.scores(query, 0, 0, items, scores, 0);
    int[] some = random.ints(500, 0, items).toArray();
    some[100] = 99;
    some[101] = 700;
    some[102] = 1 << 20;
    float[] bounds = new float[500];
    vectors.upperBounds(query, some, 3, 500, bounds);
    double excess = 0;
    for (int i = 3; i < 500; i++) {
      if (some[i] == 99 || some[i] == 1 << 20) {
        assertThat(bounds[i - 3]).isEqualTo(Float.NEGATIVE_INFINITY);
      } else {
        assertThat(bounds[i - 3]).isGreaterThanOrEqualTo(scores[some[i]]);
        excess += bounds[i - 3] - scores[some[i]];
      }
    }
    assertThat(excess / 500).isBetween(1e-3, 5.0);
    assertThatThrownBy(() -> new ItemVectors(WIDTH).upperBounds(query, some, 0, 1, bounds))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void appearancesAreRemembered() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    for (int i = 0; i < 5; i++) {
      vectors.put(10 + i, vector(), 0);
    }
    vectors.put(11, vector(), 0); // It was there.
    vectors.remove(12);
    vectors.put(12, vector(), 0);
    assertThat(vectors.appearances()).isEqualTo(6);
    int[] appeared = IntStream.range(0, 6).map(vectors::appeared).toArray();
    assertThat(appeared).containsExactly(10, 11, 12, 13, 14, 12);
    long before = vectors.appearances();
    new ItemVectors(WIDTH).copyTo(vectors);
    assertThat(vectors.appearances() - before).isGreaterThan(ItemVectors.APPEARANCES);
  }

  @Test
  void aCopyIsOfFloatsAlone() {
    ItemVectors vectors = new ItemVectors(WIDTH, ScanPrecision.INT8, true);
    vectors.put(3, vector(), 0);
    ItemVectors copy = new ItemVectors(WIDTH);
    vectors.copyTo(copy);
    assertThat(copy.contains(3)).isTrue();
    for (ItemVectors other :
        List.of(
            new ItemVectors(WIDTH + 1),
            new ItemVectors(WIDTH, ScanPrecision.INT8),
            new ItemVectors(WIDTH, ScanPrecision.FP32, true))) {
      assertThatThrownBy(() -> vectors.copyTo(other)).isInstanceOf(IllegalArgumentException.class);
      assertThat(other.size()).isZero();
    }
  }

  @Test
  void scoresAndRanksAsDefined() {
    for (Kernels kernels : new Kernels[] {Kernels.best(), new ScalarKernels("test")}) {
      ItemVectors vectors = new ItemVectors(WIDTH, ScanPrecision.FP32, false, kernels);
      int items = 3333;
      float[][] all = new float[items][];
      for (int i = 0; i < items; i++) {
        if (i % 5 != 3 && (i < 1024 || i >= 2048)) {
          all[i] = i % 7 == 0 && i > 8 ? all[0].clone() : vector();
          vectors.put(i, all[i], 0);
          assertThat(vectors.putBias(i, i % 11 * 0.1f)).isTrue();
        }
      }
      int count = 70;
      float[] queries = new float[count * WIDTH];
      int[] targets = new int[count];
      for (int q = 0; q < count; q++) {
        System.arraycopy(vector(), 0, queries, q * WIDTH, WIDTH);
        targets[q] = random.nextInt(items);
      }
      int[] ranks = new int[count];
      new TargetRanks(kernels)
          .rank(vectors, queries, targets, count, Integer.MAX_VALUE, null, ranks);
      int[] cut = new int[count];
      int rankMax = 700;
      new TargetRanks(kernels).rank(vectors, queries, targets, count, rankMax, null, cut);
      for (int q = 0; q < count; q++) {
        if (ranks[q] <= rankMax) {
          assertThat(cut[q]).isEqualTo(ranks[q]);
        } else {
          assertThat(cut[q]).isGreaterThan(rankMax);
        }
      }
      float[] one = new float[ItemVectors.aligned(items)];
      float[] plain = new float[ItemVectors.aligned(items)];
      float[] many = new float[count * ItemVectors.aligned(items)];
      int stride = ItemVectors.aligned(items);
      vectors.scores(queries, 0, count, 0, items, many, 0, stride, new KernelScratch());
      for (int q = 0; q < count; q++) {
        vectors.scores(queries, q * WIDTH, 0, items, one, 0);
        vectors.dotProducts(queries, q * WIDTH, 0, items, plain, 0);
        int rank = 0;
        for (int i = 0; i < items; i++) {
          assertThat(many[q * ItemVectors.aligned(items) + i]).isEqualTo(one[i]);
          if (all[i] == null) {
            assertThat(one[i]).isEqualTo(Float.NEGATIVE_INFINITY);
            continue;
          }
          assertThat(one[i] - vectors.bias(i)).isCloseTo(plain[i], offset(1e-5f));
          double score = i % 11 * 0.1f;
          for (int d = 0; d < WIDTH; d++) {
            score += (double) queries[q * WIDTH + d] * all[i][d];
          }
          assertThat((double) one[i]).isCloseTo(score, offset(1e-4));
          if (one[i] >= one[targets[q]]) {
            rank++;
          }
        }
        assertThat(ranks[q]).isEqualTo(all[targets[q]] == null ? vectors.present() + 1 : rank);
      }
    }
  }

  @Test
  void ranksWithBonusesAsDefined() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    int items = 700;
    for (int i = 0; i < items; i++) {
      if (i % 5 != 3) {
        vectors.put(i, vector(), 0);
      }
    }
    int count = 40;
    float[] queries = new float[count * WIDTH];
    int[] targets = new int[count];
    ScoreBonuses bonuses = new ScoreBonuses();
    for (int q = 0; q < count; q++) {
      System.arraycopy(vector(), 0, queries, q * WIDTH, WIDTH);
      targets[q] = random.nextInt(items);
      bonuses.nextQuery();
      Set<Integer> distinct = new HashSet<>(q % 3 == 0 ? List.of(targets[q]) : List.of());
      for (int i = 0; i < q; i++) {
        distinct.add(random.nextInt(items));
      }
      distinct.forEach(item -> bonuses.add(item, (float) random.nextGaussian()));
      bonuses.endQuery();
    }
    int[] ranks = new int[count];
    new TargetRanks().rank(vectors, queries, targets, count, items, bonuses, ranks);
    float[] scores = new float[ItemVectors.aligned(items)];
    for (int q = 0; q < count; q++) {
      vectors.scores(queries, q * WIDTH, 0, items, scores, 0);
      float target = scores[targets[q]] + bonuses.of(q, targets[q]);
      int rank = 0;
      for (int i = 0; i < items; i++) {
        rank += vectors.contains(i) && scores[i] + bonuses.of(q, i) >= target ? 1 : 0;
      }
      assertThat(ranks[q]).isEqualTo(vectors.contains(targets[q]) ? rank : vectors.present() + 1);
    }
  }

  @Test
  void aRangeOfItems() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    for (int i = 0; i < 2100; i++) {
      vectors.put(i, vector(), 0);
    }
    float[] query = vector();
    float[] all = new float[ItemVectors.aligned(2100)];
    vectors.scores(query, 0, 0, 2100, all, 0);
    float[] some = new float[3 + ItemVectors.aligned(1100)];
    vectors.scores(query, 0, 992, 2092, some, 3);
    for (int i = 992; i < 2092; i++) {
      assertThat(some[3 + i - 992]).isEqualTo(all[i]);
    }
    assertThatThrownBy(() -> vectors.scores(query, 0, 5, 9, some, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5");
  }

  @Test
  void tiesAndBrokenQueriesCountAgainstTheTarget() {
    ItemVectors vectors = new ItemVectors(WIDTH);
    float[] v = vector();
    for (int i = 0; i < 40; i++) {
      vectors.put(i, v, 0);
    }
    int[] ranks = new int[2];
    float[] queries = new float[2 * WIDTH];
    System.arraycopy(v, 0, queries, 0, WIDTH);
    queries[WIDTH] = Float.NaN;
    new TargetRanks().rank(vectors, queries, new int[] {9, 9}, 2, 50, null, ranks);
    assertThat(ranks).containsExactly(40, 40);
  }

  /** A reader next to the writer sees whole numbers and no vector before it was written. */
  @Test
  void readersSeeOnlyWrittenVectors() throws InterruptedException {
    ItemVectors vectors = new ItemVectors(WIDTH);
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean wrong = new AtomicBoolean();
    float[] query = new float[WIDTH];
    java.util.Arrays.fill(query, 1);
    Thread reader =
        new Thread(() -> {
          float[] scores = new float[ItemVectors.aligned(40_000)];
          while (!done.get()) {
            int size = vectors.size();
            vectors.scores(query, 0, 0, size, scores, 0);
            for (int i = 0; i < size; i++) {
              if (scores[i] != Float.NEGATIVE_INFINITY && scores[i] < WIDTH) {
                wrong.set(true);
              }
            }
          }
        });
    reader.start();
    float[] v = new float[WIDTH];
    for (int i = 0; i < 20_000; i++) {
      java.util.Arrays.fill(v, 1 + i % 3);
      vectors.put(i, v, 0);
      vectors.put(i / 2, v, 0);
    }
    done.set(true);
    reader.join();
    assertThat(wrong).isFalse();
  }
}
