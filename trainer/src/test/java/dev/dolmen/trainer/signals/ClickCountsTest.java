package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ClickCountsTest {
  private static final long HALF_LIFE = 1_000;

  private int items;
  private final ClickCounts counts = new ClickCounts(HALF_LIFE, true, () -> items);

  private void arrive(ClickCounts to, int item) {
    to.added(item);
    items++;
  }

  private void click(int item, int times) {
    for (int i = 0; i < times; i++) {
      counts.add(item);
    }
  }

  @Test
  void anItemThatHasJustComeHasNoPriorAndOneThatNobodyClicksHasLessAndLess() {
    for (int item = 0; item < 10; item++) {
      arrive(counts, item);
    }
    for (int round = 0; round < 20; round++) {
      for (int item = 0; item < 9; item++) {
        click(item, 1);
      }
    }
    float unclicked = counts.prior(9);
    assertThat(unclicked).isLessThan(-1);
    assertThat(counts.prior(0)).isBetween(0f, 0.2f);
    arrive(counts, 10);
    assertThat(counts.prior(10)).isZero();
    click(0, 100);
    assertThat(counts.prior(9)).isLessThan(unclicked);
    assertThat(counts.prior(10)).isNegative().isGreaterThan(counts.prior(9));
  }

  /** What is known of a young item weighs little, of an old one much. */
  @Test
  void aClickSaysMoreOfAnItemThatHadFewerChances() {
    for (int item = 0; item < 100; item++) {
      arrive(counts, item);
    }
    for (int i = 0; i < 1_000; i++) {
      click(i % 99, 1);
    }
    click(99, 1);
    arrive(counts, 100);
    click(100, 1);
    assertThat(counts.prior(100)).isPositive();
    assertThat(counts.prior(99)).isNegative();
  }

  /** The mean of gamma(c + a, E + aN), in units of 1 / N. */
  @Test
  void thePriorIsTheLogarithmOfTheMeanRateOverThatOfAllItems() {
    ClickCounts lasting = new ClickCounts(1_000_000_000_000L, true, () -> items);
    for (int item = 0; item < 4; item++) {
      arrive(lasting, item);
    }
    for (int i = 0; i < 40; i++) {
      lasting.add(i < 25 ? 0 : 1);
    }
    double a = new PriorShape().shape();
    assertThat(lasting.prior(0)).isCloseTo((float) Math.log((25 + a) / (10 + a)), within(1e-5f));
    assertThat(lasting.prior(2)).isCloseTo((float) Math.log(a / (10 + a)), within(1e-5f));
  }

  @Test
  void anIndexThatIsGivenToAnotherItemBeginsAgain() {
    arrive(counts, 0);
    arrive(counts, 1);
    click(0, 50);
    counts.deleted(1);
    counts.added(1);
    assertThat(counts.exposure(1)).isZero();
    assertThat(counts.prior(1)).isZero();
  }

  @Test
  void withoutPriorsNoItemHasOne() {
    ClickCounts none = new ClickCounts(HALF_LIFE, false, () -> items);
    arrive(none, 3);
    arrive(none, 4);
    none.add(3);
    assertThat(none.prior(3)).isZero();
    assertThat(none.clicks(3)).isEqualTo(1);
  }

  @Test
  void aClickCountsHalfAfterTheHalfLife() {
    click(3, 1);
    double before = counts.clicks(3);
    click(4, (int) HALF_LIFE);
    assertThat(counts.clicks(3)).isCloseTo(before / 2, within(1e-5));
  }

  @Test
  void survivesItsOwnGrowth() {
    for (int item = 0; item < 10; item++) {
      arrive(counts, item);
    }
    for (int i = 0; i < 700 * HALF_LIFE; i++) {
      counts.add(i % 10);
    }
    for (int item = 0; item < 10; item++) {
      assertThat(counts.share(item)).isCloseTo(0.1, within(1e-3));
      assertThat(counts.prior(item)).isCloseTo(0, within(0.01f));
    }
  }

  @Test
  void sharesAreOfAllClicks() {
    assertThat(counts.share(0)).isZero();
    click(100, 1);
    assertThat(counts.share(100)).isEqualTo(1);
    click(7, 1);
    counts.clear(100);
    assertThat(counts.share(100)).isZero();
    assertThat(counts.share(7)).isCloseTo(1, within(1e-12));
  }

  @Test
  void findsTheMostClicked() {
    click(5, 3);
    click(2, 1);
    click(9, 2);
    assertThat(counts.mostClicked(2)).containsExactly(5, 9);
    assertThat(counts.mostClicked(10)).containsExactly(5, 9, 2);
    double[] largest = new double[4];
    counts.largest(largest);
    assertThat(largest).containsExactly(counts.count(5), counts.count(9), counts.count(2), 0);
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    arrive(counts, 5);
    click(5, 3);
    arrive(counts, 40);
    click(40, 1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    counts.writeTo(new DataOutputStream(out));
    ClickCounts read = new ClickCounts(HALF_LIFE, true, () -> items);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    click(6, 2);
    read.add(6);
    read.add(6);
    for (int item = 0; item < 50; item++) {
      assertThat(read.count(item)).isEqualTo(counts.count(item));
      assertThat(read.share(item)).isEqualTo(counts.share(item));
      assertThat(read.prior(item)).isEqualTo(counts.prior(item));
    }
  }
}
