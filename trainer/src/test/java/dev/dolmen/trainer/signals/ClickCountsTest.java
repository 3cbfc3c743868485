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

  private final ClickCounts counts = new ClickCounts(HALF_LIFE, true);

  private void click(int item, int times) {
    for (int i = 0; i < times; i++) {
      counts.add(item);
    }
  }

  @Test
  void anItemWithoutClicksHasNoPrior() {
    click(3, 5);
    assertThat(counts.prior(4)).isZero();
    assertThat(counts.prior(3)).isPositive();
  }

  @Test
  void withoutPriorsNoItemHasOne() {
    ClickCounts none = new ClickCounts(HALF_LIFE, false);
    none.add(3);
    assertThat(none.prior(3)).isZero();
    assertThat(none.clicks(3)).isEqualTo(1);
  }

  @Test
  void aClickCountsHalfAfterTheHalfLife() {
    click(3, 1);
    double before = Math.expm1(counts.prior(3));
    click(4, (int) HALF_LIFE);
    assertThat(Math.expm1(counts.prior(3))).isCloseTo(before / 2, within(1e-5));
  }

  @Test
  void survivesItsOwnGrowth() {
    for (int i = 0; i < 700 * HALF_LIFE; i++) {
      counts.add(i % 10);
    }
    for (int item = 0; item < 10; item++) {
      assertThat(counts.share(item)).isCloseTo(0.1, within(1e-3));
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
    click(5, 3);
    click(40, 1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    counts.writeTo(new DataOutputStream(out));
    ClickCounts read = new ClickCounts(HALF_LIFE, true);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    click(6, 2);
    read.add(6);
    read.add(6);
    for (int item = 0; item < 50; item++) {
      assertThat(read.count(item)).isEqualTo(counts.count(item));
      assertThat(read.share(item)).isEqualTo(counts.share(item));
    }
  }
}
