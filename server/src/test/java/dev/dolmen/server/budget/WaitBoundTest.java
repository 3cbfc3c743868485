package dev.dolmen.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitBoundTest {
  private static final long MILLI = 1_000_000;

  private final WaitBound bound = new WaitBound(2, Duration.ofMillis(5), 0);
  private long now;

  /** So many turns of a length, each of which has waited for so long, one every millisecond. */
  private void turns(int n, long waitedMs) {
    for (int i = 0; i < n; i++) {
      now += MILLI;
      bound.waited(waitedMs * MILLI, now);
      bound.took(MILLI);
      bound.passed(MILLI);
    }
  }

  @Test
  void aBurstMayWaitAndAStandingQueueMayNot() {
    turns(50, 20);
    assertThat(bound.stands(now)).isFalse();
    assertThat(bound.boundNanos(now)).isEqualTo(WaitBound.BURST_NANOS);
    assertThat(bound.isLate(99 * MILLI, now)).isFalse();
    turns(52, 20);
    assertThat(bound.stands(now)).isTrue();
    assertThat(bound.boundNanos(now)).isEqualTo(5 * MILLI);
    assertThat(bound.isLate(7 * MILLI, now)).isFalse();
    assertThat(bound.isLate(8 * MILLI, now)).isTrue();
  }

  /** Calls one after another on a machine that stands still again and again. */
  @Test
  void fewThatWaitForLongAreNotAQueue() {
    for (int i = 0; i < 15; i++) {
      now += 1_000 * MILLI;
      bound.waited(500 * MILLI, now);
      assertThat(bound.isLate(500 * MILLI, now)).isFalse();
    }
    bound.waited(500 * MILLI, now);
    assertThat(bound.isLate(500 * MILLI, now)).isTrue();
  }

  @Test
  void oneShortWaitEndsABurst() {
    turns(90, 20);
    turns(1, 1);
    turns(90, 20);
    assertThat(bound.stands(now)).isFalse();
  }

  /** The last short wait may be long ago: nobody has come since. */
  @Test
  void theBurstAfterAPauseIsNotAQueue() {
    turns(1, 1);
    turns(15, 20);
    for (int burst = 0; burst < 3; burst++) {
      now += WaitBound.PAUSE_NANOS;
      turns(90, 20);
      assertThat(bound.stands(now)).as("burst %d", burst).isFalse();
    }
  }

  /** While calls are refused the queue is short, and more come than are taken all the same. */
  @Test
  void itStandsUntilNothingHadToBeRefusedForAWhile() {
    turns(102, 20);
    assertThat(bound.stands(now)).isTrue();
    for (int i = 0; i < 10; i++) {
      turns(90, 1);
      bound.refused(now);
      assertThat(bound.stands(now)).isTrue();
    }
    turns(101, 1);
    assertThat(bound.stands(now)).isFalse();
  }

  @Test
  void nothingStandsWhereNobodyWaits() {
    now += 3_600_000 * MILLI;
    bound.waited(0, now);
    assertThat(bound.stands(now)).isFalse();
  }

  @Test
  void whatIsExpectedFollowsFromWhatTurnsTook() {
    turns(200, 1);
    assertThat(bound.expectedNanos(10)).isBetween(4_900_000L, 5_000_000L);
    assertThat(bound.standingTurns()).isBetween(9, 10);
    assertThat(bound.expectedNanos(0)).isZero();
  }

  /** A turn waits for the pass that is under way in any case. */
  @Test
  void theBoundIsNoShorterThanAPass() {
    turns(102, 20);
    bound.passed(40 * MILLI);
    assertThat(bound.boundNanos(now)).isEqualTo(40 * MILLI);
    turns(250, 20);
    assertThat(bound.stands(now)).isTrue();
    assertThat(bound.boundNanos(now)).isLessThan(6 * MILLI);
  }
}
