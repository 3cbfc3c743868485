package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LearnedKnotsTest {
  private static final int KNOTS = 5;

  private final FeatureExtractor extractor = extractor();
  private final LearnedKnots knots = extractor.learnedKnots();

  private static FeatureExtractor extractor() {
    var rows = Schemas.rows(4, 1, 0, 10);
    return new FeatureExtractor(
        new Schema(
            List.of(
                new Slot(
                    "price", SlotKind.NUMBER, false, 1, 1, new KnotOptions.Quantiles(KNOTS), rows),
                Schemas.slot("since", SlotKind.AGE, rows),
                Schemas.slot("item", SlotKind.ID, rows))));
  }

  private static Item item(double price) {
    return Item.newBuilder()
        .setItemId("7")
        .putSlots("price", SlotValue.newBuilder().setNumber(price).build())
        .build();
  }

  /** What a price comes to now. */
  private static KnotEntries entries(FeatureExtractor extractor, double price) {
    KnotEntries entries = new KnotEntries();
    extractor.itemColumns().getFirst().read(extractor.item(item(price)), 0, 0, entries);
    return entries;
  }

  /** Where a number stands among the quantiles: the mean of its fids by their weights. */
  private static double position(FeatureExtractor extractor, double price) {
    KnotEntries entries = entries(extractor, price);
    double position = 0;
    double sum = 0;
    for (int e = 0; e < entries.size(); e++) {
      position += entries.weight(e) * entries.fid(e);
      sum += entries.weight(e);
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
    return position;
  }

  @Test
  void aNumberIsAbsentBeforeAnyHasCome() {
    assertThat(entries(extractor, 3).size()).isZero();
  }

  /** Features of before come to the knots of now: nothing has to be made again when they move. */
  @Test
  void featuresFollowKnotsThatMove() {
    ColumnSpec column = extractor.itemColumns().getFirst();
    Features features = extractor.item(item(3));
    KnotEntries entries = new KnotEntries();
    for (int i = 0; i < 64; i++) {
      assertThat(knots.observe(item(i))).isEqualTo(Integer.bitCount(i + 1) == 1);
      column.read(features, 0, 0, entries);
      KnotEntries now = entries(extractor, 3);
      assertThat(entries.size()).isEqualTo(now.size()).isPositive();
      assertThat(entries.fid(0)).isEqualTo(now.fid(0));
      assertThat(entries.weight(0)).isEqualTo(now.weight(0));
    }
    // Of 0 to 63, quantiles at 0, 15, ..
    assertThat(entries.weight(0)).isEqualTo(1 - 3 / 15f);
    assertThat(features).isEqualTo(extractor.item(item(3)));
  }

  @Test
  void knotsAreQuantilesAndBetweenThemIsALine() {
    for (int i = 0; i < 64; i++) {
      knots.observe(item(i * i));
    }
    // 64 numbers, quantiles at ranks 0, 15, 31, 47, 63.
    assertThat(position(extractor, 0)).isZero();
    assertThat(position(extractor, 15 * 15)).isEqualTo(1);
    assertThat(position(extractor, (15 * 15 + 31 * 31) / 2.0)).isCloseTo(1.5, within(1e-6));
    assertThat(position(extractor, 63 * 63)).isEqualTo(4);
    assertThat(position(extractor, -1e300)).isZero();
    assertThat(position(extractor, 1e300)).isEqualTo(4);
  }

  @Test
  void equalNumbersShareAKnotAndHugeOnesHaveDistances() {
    for (double price : new double[] {7, 7, 7, 7}) {
      knots.observe(item(price));
    }
    assertThat(position(extractor, 7)).isZero();
    assertThat(position(extractor, 8)).isZero();
    for (double price : new double[] {-Double.MAX_VALUE, Double.MAX_VALUE, 7, 7}) {
      knots.observe(item(price));
    }
    assertThat(position(extractor, 0)).isBetween(0.0, 4.0);
    assertThat(position(extractor, Double.MAX_VALUE)).isEqualTo(4);
  }

  @Test
  void knotsMoveWhenTheCountHasDoubledAndRestInTheEnd() {
    int moves = 0;
    for (int i = 1; i <= 3 * QuantileSample.MAX_VALUES; i++) {
      if (knots.observe(item(i))) {
        assertThat(Integer.bitCount(i)).isEqualTo(1);
        moves++;
      }
    }
    assertThat(moves).isEqualTo(17);
    assertThat(position(extractor, 1e9)).isEqualTo(4);
    assertThat(position(extractor, QuantileSample.MAX_VALUES)).isGreaterThan(3.9);
  }

  /** Against all numbers sorted: a quantile's rank may be off by five standard deviations. */
  @Test
  void aSampleOfManyNumbersIsNearTheirQuantiles() {
    SplittableRandom random = new SplittableRandom(5);
    double[] all = new double[QuantileSample.MAX_VALUES];
    for (int i = 0; i < all.length; i++) {
      all[i] = Math.exp(3 * random.nextGaussian());
      knots.observe(item(all[i]));
    }
    Arrays.sort(all);
    for (int share = 1; share < KNOTS - 1; share++) {
      double deviation = 0.5 / Math.sqrt(QuantileSample.SAMPLE) * 5;
      int rank = share * (all.length - 1) / (KNOTS - 1);
      double low = position(extractor, all[(int) (rank - deviation * all.length)]);
      double high = position(extractor, all[(int) (rank + deviation * all.length)]);
      assertThat(low).isLessThanOrEqualTo(share);
      assertThat(high).isGreaterThanOrEqualTo(share);
    }
  }

  @Test
  void goesOnAfterARestoreAsIfNothingHadHappened() throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 5_000; i++) {
      knots.observe(item(random.nextDouble()));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    knots.copy().writeTo(new DataOutputStream(bytes));
    FeatureExtractor restored = extractor();
    restored
        .learnedKnots()
        .readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    for (int i = 0; i < 5_000; i++) {
      Item next = item(random.nextDouble());
      assertThat(restored.item(next)).isEqualTo(extractor.item(next));
      assertThat(restored.learnedKnots().observe(next)).isEqualTo(knots.observe(next));
    }
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    knots.copy().writeTo(new DataOutputStream(first));
    ByteArrayOutputStream second = new ByteArrayOutputStream();
    restored.learnedKnots().copy().writeTo(new DataOutputStream(second));
    assertThat(second.toByteArray()).isEqualTo(first.toByteArray());
  }

  @Test
  void numbersThatAreNoneAndBirthsInMillisecondsAreRefused() {
    assertThatThrownBy(() -> extractor.item(item(Double.NaN)))
        .hasMessage("slots[price].number: \"NaN\", expected a finite number");
    SlotValue millis = SlotValue.newBuilder().setNumber(1.5e12).build();
    Item late = Item.newBuilder().setItemId("7").putSlots("since", millis).build();
    assertThatThrownBy(() -> extractor.item(late))
        .hasMessageContaining("slots[since].number")
        .hasMessageContaining("seconds since 1970");
  }

  @Test
  void anAgeIsThatOfTheTimeOfLooking() {
    SlotValue birth = SlotValue.newBuilder().setNumber(1_000).build();
    Features features =
        extractor.item(Item.newBuilder().setItemId("7").putSlots("since", birth).build());
    ColumnSpec column = extractor.itemColumns().get(1);
    int from = features.columnStart()[1];
    assertThat(features.columnStart()[2]).isEqualTo(from + 1);
    KnotEntries entries = new KnotEntries();
    // 96 seconds old: in the middle between the knots at 64 and 192 lies 128, at a quarter 96.
    column.read(features, from, 1_096, entries);
    assertThat(entries.size()).isEqualTo(2);
    assertThat(entries.fid(0)).isEqualTo(1);
    assertThat(entries.fid(1)).isEqualTo(2);
    assertThat(entries.weight(0)).isEqualTo(0.75f);
    assertThat(entries.weight(1)).isEqualTo(0.25f);
    column.read(features, from, 900, entries);
    assertThat(entries.fid(0)).isZero();
  }
}
