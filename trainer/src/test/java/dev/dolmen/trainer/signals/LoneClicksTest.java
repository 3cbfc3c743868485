package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.trainer.state.StreamClick;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LoneClicksTest {
  private static final long HALF_LIFE = 1_000_000_000;
  private static final int BOTTED = 7;

  private final LoneClicks lone = new LoneClicks(HALF_LIFE);
  private final ClickCounts counts =
      new ClickCounts(HALF_LIFE, true, () -> 240, lone, new PriorShape());
  private final ClickCounts plain = new ClickCounts(HALF_LIFE, true, () -> 240);
  private long visits;

  private void visit(int... items) {
    visits++;
    for (int last = 0; last < items.length; last++) {
      StreamClick click = new StreamClick(visits, items, last, 0);
      counts.clicked(click);
      plain.clicked(click);
      lone.clicked(click);
    }
  }

  private int[] mostClicked() {
    return counts.mostClicked(100);
  }

  /** 1,200 visits to a shop of 240 items, the ones with low numbers more often. */
  private void shop() {
    for (int v = 0; v < 1_200; v++) {
      int at = v * v % 240;
      visit(1 + at / 2, at / 3, at / 4, at / 6);
    }
  }

  @Test
  void manyVisitsOfOneClickDoNotPutAnItemFirst() {
    shop();
    int[] before = mostClicked();
    assertThat(before).isEqualTo(plain.mostClicked(100));
    for (int i = 0; i < 3_000; i++) {
      visit(BOTTED);
    }
    // By the clicks alone everybody who is new would see it first.
    assertThat(plain.mostClicked(1)).containsExactly(BOTTED);
    assertThat(mostClicked()[0]).isEqualTo(before[0]).isNotEqualTo(BOTTED);
    // Nor does the prior put it before what others like.
    assertThat(plain.prior(BOTTED)).isGreaterThan(plain.prior(before[0]));
    assertThat(counts.prior(BOTTED)).isLessThan(counts.prior(before[0]));
    // Nor do visits that click on it again and again.
    for (int i = 0; i < 1_000; i++) {
      visit(BOTTED, BOTTED, BOTTED);
    }
    assertThat(mostClicked()[0]).isEqualTo(before[0]);
    // An item that nobody else clicks has some, and no more.
    for (int i = 0; i < 3_000; i++) {
      visit(239);
    }
    assertThat(lone.worth(239, counts)).isBetween(2.0, 5.0);
  }

  @Test
  void whereVisitsAreShortClicksCountAsTheyAre() {
    for (int item = 0; item < 50; item++) {
      for (int i = 0; i <= item; i++) {
        visit(item);
      }
    }
    assertThat(mostClicked()).isEqualTo(plain.mostClicked(100)).startsWith(49, 48, 47);
  }

  @Test
  void aVisitThatGoesOnWasNotAlone() {
    shop();
    for (int i = 0; i < 500; i++) {
      visit(BOTTED, 100 + i % 100);
    }
    assertThat(lone.worth(BOTTED, counts)).isEqualTo(counts.clicks(BOTTED), within(1e-6));
    lone.deleted(BOTTED);
    counts.clear(BOTTED);
    assertThat(lone.worth(BOTTED, counts)).isZero();
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    shop();
    for (int i = 0; i < 300; i++) {
      visit(BOTTED);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    lone.copy().writeTo(new DataOutputStream(out));
    LoneClicks read = new LoneClicks(HALF_LIFE);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    for (int item = 0; item < 240; item++) {
      assertThat(read.worth(item, counts)).isEqualTo(lone.worth(item, counts));
    }
  }
}
