package dev.dolmen.model.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rows whose order changes while they are written and read. */
class ArrangedRowsTest {
  private static final int WIDTH = 48;

  /** Of more than one part. */
  private static final int ITEMS = 40_000;

  private final Random random = new Random(3);
  private final ItemVectors vectors = new ItemVectors(WIDTH, ScanPrecision.FP32, true);
  private final float[] query = vector(random);

  private static float[] vector(Random random) {
    float[] vector = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void fill(int items) {
    for (int i = 0; i < items; i++) {
      vectors.put(i, vector(random), 0);
      vectors.putBias(i, i % 7);
    }
  }

  /** All items but some, at random. */
  private int[] order(int items, Random of) {
    int[] order = of.ints(2L * items, 0, items).distinct().toArray();
    return Arrays.copyOf(order, order.length - 10);
  }

  private float[] boundsOfItems(int... items) {
    float[] bounds = new float[items.length];
    vectors.upperBounds(query, items, 0, items.length, bounds);
    return bounds;
  }

  private float[] boundsOfRows(ArrangedRows rows, int from, int to) {
    float[] bounds = new float[to - from];
    vectors.upperBounds(query, rows, from, to, bounds);
    return bounds;
  }

  private static void nothing() {}

  @Test
  void anOrderChangesNoBound() {
    fill(ITEMS);
    vectors.remove(11);
    int[] all = new int[ITEMS + 1];
    Arrays.setAll(all, i -> i);
    float[] before = boundsOfItems(all);
    int[] order = order(ITEMS, random);
    ArrangedRows rows = vectors.arrange(order, ArrangedRowsTest::nothing);
    assertThat(boundsOfItems(all)).isEqualTo(before);
    assertThat(before[11]).isEqualTo(Float.NEGATIVE_INFINITY);
    float[] inOrder = boundsOfRows(rows, 5, order.length);
    for (int i = 5; i < order.length; i++) {
      assertThat(inOrder[i - 5]).isEqualTo(before[order[i]]);
    }
  }

  @Test
  void rowsFollowWhatIsWritten() {
    fill(1_000);
    int[] order = order(1_000, random);
    ArrangedRows rows = vectors.arrange(order, ArrangedRowsTest::nothing);
    fill(1_001);
    vectors.remove(order[7]);
    float[] inOrder = boundsOfRows(rows, 0, order.length);
    assertThat(inOrder).isEqualTo(boundsOfItems(order));
    assertThat(inOrder[7]).isEqualTo(Float.NEGATIVE_INFINITY);
    float[] exact = new float[ItemVectors.aligned(1_001)];
    vectors.scores(query, 0, 0, 1_001, exact, 0);
    float[] appeared = boundsOfItems(1_000); // In no order, and there.
    assertThat(appeared[0]).isBetween(exact[1_000], exact[1_000] + 3);
  }

  /** Nothing that is written while rows are copied is lost, and readers see no row out of place. */
  @Test
  void whatIsWrittenMeanwhileIsInTheNewOrderToo() throws Exception {
    fill(ITEMS);
    float[] always = vector(random);
    vectors.put(123, always, 0);
    vectors.putBias(123, 500);
    float expected = boundsOfItems(123)[0];
    AtomicBoolean arranging = new AtomicBoolean(true);
    AtomicInteger written = new AtomicInteger();
    try (ExecutorService beside = Executors.newFixedThreadPool(2)) {
      Future<?> writer =
          beside.submit(() -> {
            Random own = new Random(4);
            while (arranging.get()) {
              int item = own.nextInt(ITEMS + written.get() / 100);
              if (item != 123) {
                vectors.put(item, vector(own), 0);
                vectors.putBias(item, own.nextInt(9));
              }
              if (own.nextInt(50) == 0 && item != 123) {
                vectors.remove(item);
              }
              written.incrementAndGet();
            }
          });
      Future<Integer> reader =
          beside.submit(() -> {
            int read = 0;
            for (; arranging.get(); read++) {
              assertThat(boundsOfItems(123)).containsExactly(expected);
            }
            return read;
          });
      int[] order = {};
      ArrangedRows rows = vectors.arrange(order, ArrangedRowsTest::nothing);
      for (int round = 0; round < 20 || written.get() < 10_000; round++) {
        order = order(ITEMS, new Random(round));
        rows = vectors.arrange(order, ArrangedRowsTest::nothing);
      }
      arranging.set(false);
      writer.get();
      assertThat(reader.get()).isPositive();
      int[] all = new int[vectors.size()];
      Arrays.setAll(all, i -> i);
      float[] bounds = boundsOfItems(all);
      float[] exact = new float[ItemVectors.aligned(all.length)];
      vectors.scores(query, 0, 0, all.length, exact, 0);
      for (int i = 0; i < all.length; i++) {
        if (vectors.contains(i)) {
          assertThat(bounds[i]).as("item %d", i).isBetween(exact[i], exact[i] + 3);
        } else {
          assertThat(bounds[i]).as("item %d", i).isEqualTo(Float.NEGATIVE_INFINITY);
        }
      }
      assertThat(boundsOfRows(rows, 0, order.length)).isEqualTo(boundsOfItems(order));
    }
  }

  @Test
  void anOrderThatIsGivenUpChangesNothing() {
    fill(1_000);
    int[] order = order(1_000, random);
    ArrangedRows rows = vectors.arrange(order, ArrangedRowsTest::nothing);
    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(() ->
            vectors.arrange(
                order(1_000, random),
                () -> {
                  if (steps.incrementAndGet() == 5) {
                    throw new CancellationException("closed");
                  }
                }))
        .isInstanceOf(CancellationException.class);
    fill(1_000);
    assertThat(boundsOfRows(rows, 0, order.length)).isEqualTo(boundsOfItems(order));
  }

  @Test
  void withoutRowsThereIsNothingToArrange() {
    assertThatThrownBy(
            () -> new ItemVectors(WIDTH).arrange(new int[] {0}, ArrangedRowsTest::nothing))
        .isInstanceOf(IllegalStateException.class);
  }
}
