package dev.dolmen.server.budget;

import static dev.dolmen.server.budget.ConnectionPace.EACH_NANOS;
import static dev.dolmen.server.budget.ConnectionPace.FREE;
import static dev.dolmen.server.budget.ConnectionPace.LONGEST_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionPaceTest {
  private static final long NOW = -EACH_NANOS; // The clock goes through zero.

  private final ConnectionPace pace = new ConnectionPace(NOW);

  @Test
  void aBurstCostsNothingAndWhatFollowsItDoes() {
    for (int i = 0; i < FREE; i++) {
      assertThat(pace.refused(NOW)).isZero();
    }
    assertThat(pace.refused(NOW)).isEqualTo(EACH_NANOS);
    assertThat(pace.refused(NOW)).isEqualTo(2 * EACH_NANOS);
    assertThat(pace.refused(NOW + 3 * EACH_NANOS)).as("paid meanwhile").isZero();
    for (int i = 0; i < 1_000; i++) {
      assertThat(pace.refused(NOW)).isLessThanOrEqualTo(LONGEST_NANOS);
    }
    assertThat(pace.refused(NOW)).isEqualTo(LONGEST_NANOS);
    assertThat(pace.refused(NOW + LONGEST_NANOS + EACH_NANOS)).as("all is paid").isZero();
  }

  @Test
  void whoIsAnsweredOnceInFiveCallsIsNotSlowed() {
    for (int i = 0; i < 10_000; i++) {
      for (int refused = 0; refused < 4; refused++) {
        assertThat(pace.refused(NOW)).isZero();
      }
      pace.answered();
    }
  }

  @Test
  void answersAreNotSavedUp() {
    for (int i = 0; i < 10_000; i++) {
      pace.answered();
    }
    for (int i = 0; i < FREE; i++) {
      assertThat(pace.refused(NOW)).isZero();
    }
    assertThat(pace.refused(NOW)).isEqualTo(EACH_NANOS);
  }
}
