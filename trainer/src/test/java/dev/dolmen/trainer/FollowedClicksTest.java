package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.stream.StreamOptions;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.stream.StreamStep;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FollowedClicksTest {
  private static final int MAX = 10;
  private static final long TIME_MS = 1_700_000_000_000L;

  private final StreamState stream =
      new StreamState(
          new StreamOptions(
              Schemas.shop(),
              SessionOptions.defaults(),
              20,
              CatalogOptions.defaults(),
              1_000,
              1_000,
              true));
  private final FollowedClicks clicks = new FollowedClicks(stream, MAX);

  @BeforeEach
  void sell() {
    SlotValue kitchen = SlotValue.newBuilder().setToken("kitchen").build();
    stream.upsert(Item.newBuilder().setItemId("kettle").putSlots("category", kitchen).build());
  }

  @Test
  void whatWaitsForATrainerThatNeverComesHasABound() {
    for (int i = 1; i <= MAX; i++) {
      assertThat(clicks.add(click(i), i, i)).as("event %d", i).isTrue();
    }
    assertThat(clicks.add(click(MAX + 1), MAX + 1, MAX + 1)).isFalse();
    clicks.count(new Sync.End(1, MAX + 1, TIME_MS));
    assertThat(stream.popularity().allClicks()).as("none is counted out of its batch").isZero();
  }

  @Test
  void aBatchMakesRoomForAsMany() {
    for (int i = 1; i <= MAX; i++) {
      clicks.add(click(i), i, i);
    }
    clicks.count(new Sync.End(1, MAX - 1, TIME_MS));
    assertThat(stream.popularity().allClicks()).isPositive();
    for (int i = MAX + 1; i < 2 * MAX; i++) {
      assertThat(clicks.add(click(i), i, i)).as("event %d", i).isTrue();
    }
    assertThat(clicks.add(click(2 * MAX), 2 * MAX, 2 * MAX)).isFalse();
  }

  private StreamStep click(int number) {
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setEventId("e" + number)
            .setSessionId("s" + number)
            .setItemId("kettle")
            .setType(EventType.EVENT_TYPE_CLICK)
            .build();
    return Objects.requireNonNull(stream.feedback(event, TIME_MS + number));
  }
}
