package dev.dolmen.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every part of the stream state says what it takes, and takes nothing of what has gone. */
class StreamMemoryTest {
  private static final int ITEMS = 200;
  private static final int SESSIONS_MAX = 50;

  private final StreamState stream = stream();

  private static StreamState stream() {
    SessionOptions sessions = SessionOptions.defaults().with(s -> s.maxSessions(SESSIONS_MAX));
    return new StreamState(
        new StreamOptions(
            Schemas.small(), sessions, 20, CatalogOptions.defaults(), 1_000, 1_000, true));
  }

  @Test
  void everyPartGrowsWithWhatIsInItAndNoFurther() throws IOException {
    Map<String, Long> empty = stream.memoryBytes();
    for (int i = 0; i < ITEMS; i++) {
      SlotValue value = SlotValue.newBuilder().setToken("c" + i % 7).build();
      stream.upsert(Item.newBuilder().setItemId("i" + i).putSlots("category", value).build());
    }
    visit(SESSIONS_MAX);
    Map<String, Long> some = stream.memoryBytes();
    for (String part :
        new String[] {
          "catalog",
          "filter_index",
          "content_index",
          "sessions",
          "sessions_seen",
          "past_sessions",
          "co_visits",
          "click_counts",
          "contexts"
        }) {
      assertThat(some.get(part)).as(part).isGreaterThan(empty.get(part));
    }
    long sessions = some.getOrDefault("sessions", 0L);
    visit(20 * SESSIONS_MAX);
    assertThat(stream.memoryBytes().get("sessions"))
        .as("as many sessions as there may be")
        .isLessThan(2 * sessions);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    for (var part : stream.parts()) {
      part.copy().writeTo(new DataOutputStream(written));
    }
    StreamState restored = stream();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(written.toByteArray()));
    for (var part : restored.parts()) {
      part.readFrom(in);
    }
    for (String part : new String[] {"catalog", "sessions", "sessions_seen"}) {
      assertThat(restored.memoryBytes().get(part)).isEqualTo(stream.memoryBytes().get(part));
    }
    assertThat(restored.memoryBytes().get("co_visits")).isGreaterThan(empty.get("co_visits"));
    long visited = stream.coVisits().bytes();
    for (int i = 0; i < ITEMS; i++) {
      stream.delete("i" + i);
      stream.coVisits().clear(i);
    }
    assertThat(stream.coVisits().bytes()).isEqualTo(empty.get("co_visits")).isLessThan(visited);
    assertThat(stream.memoryBytes().get("catalog")).isZero();
    assertThat(stream.memoryBytes().get("content_index")).isEqualTo(empty.get("content_index"));
  }

  private void visit(int sessions) {
    for (int session = 0; session < sessions; session++) {
      int[] items = new int[6];
      for (int step = 0; step < 6; step++) {
        items[step] = (session * 7 + step * 3) % ITEMS;
        stream.feedback(
            FeedbackEvent.newBuilder()
                .setSessionId("s" + session)
                .setItemId("i" + items[step])
                .setType(EventType.EVENT_TYPE_CLICK)
                .putContext("device", "d" + session)
                .build(),
            1_000_000L + session);
        stream.clicked(click(session, items, step));
      }
    }
  }

  private static StreamClick click(int session, int[] items, int last) {
    return new StreamClick(session, items, last, 1_000_000L + session);
  }
}
