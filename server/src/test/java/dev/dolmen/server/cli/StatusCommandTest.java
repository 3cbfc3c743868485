package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.RankerStatus;
import dev.dolmen.v1.StatusResponse;
import org.junit.jupiter.api.Test;

/** What the status says of a comparison. */
class StatusCommandTest {
  private static StatusResponse status(long learned, long... clicks) {
    StatusResponse.Builder status = StatusResponse.newBuilder().setFeedbackEventsLearned(learned);
    for (int i = 0; i < clicks.length; i++) {
      status.addRankers(RankerStatus.newBuilder().setRanker("r" + i).setClicks(clicks[i]));
    }
    return status.build();
  }

  @Test
  void aBaselineThatKnowsMuchLessThanTheModelIsNamed() {
    assertThat(StatusCommand.knowsLess(status(3_400_000, 3_000_000, 12_000)))
        .get()
        .asString()
        .startsWith("r1 knows 12,000 clicks, the model has learned 3,400,000 events");
  }

  @Test
  void oneThatKnowsAsMuchIsNot() {
    assertThat(StatusCommand.knowsLess(status(1_000))).isEmpty();
    assertThat(StatusCommand.knowsLess(status(1_000, 1_000, 600))).isEmpty();
    assertThat(StatusCommand.knowsLess(status(0, 0))).isEmpty();
  }
}
