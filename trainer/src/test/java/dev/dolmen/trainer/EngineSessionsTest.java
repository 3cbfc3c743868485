package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineSessionsTest {
  private static final String SESSION = "visit";

  @TempDir Path directory;

  private final Shop shop = new Shop(20, 1);

  private FeedbackEvent event(int item, EventType type) {
    return shop.click(SESSION, item).toBuilder().setType(type).build();
  }

  /** Publishes events and returns the ids of the items that the session has then. */
  private List<String> itemsAfter(FeedbackEvent... events) throws Exception {
    try (Engine engine =
        Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry())) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      long last = 0;
      for (FeedbackEvent event : events) {
        last = engine.ingest().publish(event).offset();
      }
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      SessionHistory session = Objects.requireNonNull(engine.live().sessions().get(SESSION));
      return IntStream.range(0, session.length())
          .mapToObj(i -> engine.live().catalog().item(session.item(i)))
          .map(item -> Objects.requireNonNull(item).item().getItemId())
          .toList();
    }
  }

  @Test
  void toViewAndToBuyAreSteps() throws Exception {
    assertThat(
            itemsAfter(
                event(1, EventType.EVENT_TYPE_VIEW),
                event(2, EventType.EVENT_TYPE_CLICK),
                event(2, EventType.EVENT_TYPE_PURCHASE)))
        .containsExactly(Shop.id(1), Shop.id(2), Shop.id(2));
  }

  @Test
  void aDwellIsNoStepWhetherTheSessionHasSeenTheItemOrNot() throws Exception {
    assertThat(
            itemsAfter(
                event(1, EventType.EVENT_TYPE_CLICK),
                event(1, EventType.EVENT_TYPE_DWELL),
                event(7, EventType.EVENT_TYPE_DWELL),
                event(2, EventType.EVENT_TYPE_CLICK),
                event(1, EventType.EVENT_TYPE_DWELL)))
        .containsExactly(Shop.id(1), Shop.id(2));
  }

  @Test
  void aDismissalIsNoStep() throws Exception {
    assertThat(
            itemsAfter(
                event(1, EventType.EVENT_TYPE_CLICK), event(2, EventType.EVENT_TYPE_DISMISS)))
        .containsExactly(Shop.id(1));
  }

  private FeedbackEvent at(int item, long sec) {
    return event(item, EventType.EVENT_TYPE_CLICK).toBuilder()
        .setTime(Timestamp.newBuilder().setSeconds(sec))
        .build();
  }

  @Test
  void eventsThatComeInReverseStandInTheOrderOfTheirTime() throws Exception {
    assertThat(itemsAfter(at(5, 5_005), at(4, 5_004), at(3, 5_003), at(2, 5_002), at(1, 5_001)))
        .containsExactly(Shop.id(1), Shop.id(2), Shop.id(3), Shop.id(4), Shop.id(5));
  }

  @Test
  void aLateEventDoesNotEndARunningVisit() throws Exception {
    long day = 86_400;
    assertThat(itemsAfter(at(1, 5 * day), at(2, 5 * day + 10), at(9, 3 * day), at(3, 5 * day + 20)))
        .containsExactly(Shop.id(1), Shop.id(2), Shop.id(3));
  }
}
