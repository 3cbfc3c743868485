package dev.dolmen.trainer.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What moves event time, and what does not. */
class EventClockTest {
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final long START = Duration.ofDays(20_000).toMillis();

  private final EventClock clock = new EventClock(EventClock.STEP);

  @Test
  void theFirstRecordIsBelievedAndOnlyLaterOnesMoveIt() {
    assertThat(clock.admit(START)).isEqualTo(START);
    assertThat(clock.admit(START - 3 * DAY)).isEqualTo(START - 3 * DAY);
    assertThat(clock.admit(START + MINUTE)).isEqualTo(START + MINUTE);
    assertThat(clock.nowMs()).isEqualTo(START + MINUTE);
    assertThat(clock.clamped()).isZero();
  }

  @Test
  void oneRecordFarAheadMovesNothingAndCountsAsOfNow() {
    clock.admit(START);
    assertThat(clock.admit(START + 40 * DAY)).isEqualTo(START);
    assertThat(clock.nowMs()).isEqualTo(START);
    assertThat(clock.clamped()).isEqualTo(1);
    assertThat(clock.admit(START + HOUR)).isEqualTo(START + HOUR);
  }

  @Test
  void aStepIsTheMostThatOneRecordMovesIt() {
    clock.admit(START);
    long step = EventClock.STEP.toMillis();
    assertThat(clock.admit(START + step)).isEqualTo(START + step);
    assertThat(clock.admit(START + 2 * step + 1)).isEqualTo(START + step);
  }

  /** Everything on the machine goes by its clock, so nobody contradicts. */
  @Test
  void aClockThatIsSetAheadForNineMinutesMovesNothing() {
    clock.admit(START);
    for (int second = 0; second < 9 * 60; second++) {
      clock.admit(START + 40 * DAY + second * 1_000L);
    }
    clock.admit(START + 9 * MINUTE);
    assertThat(clock.nowMs()).isEqualTo(START + 9 * MINUTE);
    assertThat(clock.clamped()).isEqualTo(540);
  }

  /** Set wrong again and again, ever further ahead: no time passes at any of these. */
  @Test
  void aClockThatIsSetAheadSeveralTimesMovesNothing() {
    clock.admit(START);
    for (int set = 0; set < 6; set++) {
      for (int second = 0; second < 60; second++) {
        clock.admit(START + (set + 1) * 5L * DAY + second * 1_000L);
      }
    }
    clock.admit(START + 6 * MINUTE);
    assertThat(clock.nowMs()).isEqualTo(START + 6 * MINUTE);
    assertThat(clock.clamped()).isEqualTo(360);
  }

  /** One of a hundred senders, for as long as it likes. */
  @Test
  void oneSenderAheadOfOthersMovesNothing() {
    for (int record = 0; record < 100_000; record++) {
      long ahead = record % 100 == 99 ? 40 * DAY : 0;
      clock.admit(START + record * 1_000L + ahead);
    }
    assertThat(clock.nowMs()).isEqualTo(START + 99_998_000L);
    assertThat(clock.clamped()).isEqualTo(1_000);
  }

  @Test
  void aServerThatStoodIdleForAMonthCatchesUpInTenMinutes() {
    clock.admit(START);
    long back = START + 30 * DAY;
    long last = 0;
    for (int second = 0; second <= 601; second++) {
      last = clock.admit(back + second * 1_000L);
    }
    assertThat(last).isEqualTo(back + 601_000);
    assertThat(clock.nowMs()).isEqualTo(back + 601_000);
  }

  /** A shop with a click an hour, closed over the weekend. */
  @Test
  void aQuietWeekendCatchesUpWithinAFewRecords() {
    clock.admit(START);
    for (int click = 0; click < 8; click++) {
      clock.admit(START + (63 + click) * HOUR);
    }
    assertThat(clock.nowMs()).isEqualTo(START + 70 * HOUR);
    assertThat(clock.clamped()).isEqualTo(7);
  }

  /** Files whose rows lie further apart than a step are followed, a few rows behind. */
  @Test
  void rowsThatLieDaysApartAreFollowed() {
    for (int row = 0; row < 1_000; row++) {
      clock.admit(START + row * 2L * DAY);
    }
    assertThat(clock.nowMs()).isGreaterThan(START + 980 * 2 * DAY);
  }

  @Test
  void aWildTimeAmongThoseOfAReturnIsNotTheOneThatIsBelieved() {
    clock.admit(START);
    long back = START + 30 * DAY;
    long wild = START + 14_000 * DAY;
    clock.admit(wild);
    for (int minute = 0; minute < 30; minute++) {
      clock.admit(back + minute * MINUTE);
      clock.admit(wild + minute * MINUTE);
    }
    assertThat(clock.nowMs()).isEqualTo(back + 29 * MINUTE);
  }

  /** History ended a year ago; what comes next is live. */
  @Test
  void whatFollowsHistoryIsBelieved() {
    clock.admit(START);
    clock.trustNext();
    assertThat(clock.admit(START + 365 * DAY)).isEqualTo(START + 365 * DAY);
    assertThat(clock.admit(START + 500 * DAY)).isEqualTo(START + 365 * DAY);
  }

  /** Written and read back between any two records, it goes on the same. */
  @Test
  void aRestartAnywhereChangesNothing() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    EventClock restarted = new EventClock(EventClock.STEP);
    long base = START;
    for (int record = 0; record < 20_000; record++) {
      base += random.nextInt(100) == 0 ? 20 * DAY : random.nextLong(5 * MINUTE);
      long told = base + (random.nextInt(10) == 0 ? random.nextLong(-DAY, 60 * DAY) : 0);
      if (random.nextInt(3) == 0) {
        restarted = readBack(restarted);
      }
      assertThat(restarted.admit(told)).isEqualTo(clock.admit(told));
      assertThat(restarted.nowMs()).isEqualTo(clock.nowMs());
    }
    assertThat(restarted.clamped()).isEqualTo(clock.clamped()).isPositive();
  }

  private static EventClock readBack(EventClock clock) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    clock.copy().writeTo(new DataOutputStream(bytes));
    EventClock read = new EventClock(EventClock.STEP);
    read.restore(clock.nowMs());
    read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    return read;
  }
}
