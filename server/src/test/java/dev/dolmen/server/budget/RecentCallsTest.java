package dev.dolmen.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentCallsTest {
  private static final long WINDOW = RecentCalls.WINDOW_NANOS;

  private final RecentCalls recent = new RecentCalls(0);

  private void call(Object caller, int times, long nanos) {
    for (int i = 0; i < times; i++) {
      recent.called(caller, nanos);
    }
  }

  @Test
  void oneByItselfAndEqualOnesAreNotLight() {
    call("a", 5, 1);
    assertThat(recent.isLight("a", 1)).isFalse();
    call("b", 5, 1);
    assertThat(recent.isLight("a", 1)).isFalse();
    assertThat(recent.isLight("b", WINDOW + 1)).isFalse();
  }

  @Test
  void whoCallsLessThanHalfOfTheMeanIsLight() {
    call("heavy", 30, 1);
    call("light", 10, 1);
    assertThat(recent.isLight("light", 1)).as("half of the mean").isFalse();
    call("heavy", 1, 1);
    assertThat(recent.isLight("light", 1)).isTrue();
    assertThat(recent.isLight("heavy", 1)).isFalse();
    assertThat(recent.isLight("nobody yet", 1)).isTrue();
  }

  @Test
  void whoBeginsToCallOftenIsNotLightForLong() {
    call("heavy", 100, 1);
    call("late", 1, 1);
    assertThat(recent.isLight("late", WINDOW)).as("the next window").isTrue();
    call("late", 60, WINDOW + 1);
    call("heavy", 60, WINDOW + 1);
    assertThat(recent.isLight("late", WINDOW + 1)).isFalse();
  }

  @Test
  void windowsAreForgotten() {
    call("heavy", 100, 1);
    assertThat(recent.isLight("light", 3 * WINDOW)).isFalse();
  }
}
