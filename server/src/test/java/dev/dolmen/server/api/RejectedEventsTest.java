package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.ListRejectedEventsResponse;
import dev.dolmen.v1.RejectedEvent;
import dev.dolmen.v1.RejectionReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reasons of the last hour, next to a list of all events. */
class RejectedEventsTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:30Z");

  private Instant now = START;
  private final RejectedEvents rejected = new RejectedEvents(() -> now);

  private void add(String id, String field, String message) {
    rejected.add(
        Acknowledgement.newBuilder().setEventId(id).setField(field).setMessage(message).build(),
        "shop");
  }

  private RejectionReason only() {
    ListRejectedEventsResponse listed = rejected.list();
    assertThat(listed.getReasonsList()).hasSize(1);
    return listed.getReasons(0);
  }

  @Test
  void eventsOfOneReasonAreCountedTogetherWhateverTheirValues() {
    for (int i = 0; i < 5; i++) {
      add(
          "e" + i,
          "events[" + i + "].item_id",
          "\"i" + i + "\" is not in the catalogue, expected an item that was upserted before");
    }
    RejectionReason reason = only();
    assertThat(reason.getField()).isEqualTo("item_id");
    assertThat(reason.getExpected()).isEqualTo("an item that was upserted before");
    assertThat(reason.getEvents()).isEqualTo(5);
    assertThat(reason.getExamplesList().stream().map(RejectedEvent::getEventId))
        .containsExactly("e4", "e3", "e2");
    RejectedEvent newest = reason.getExamples(0);
    assertThat(newest.getField()).isEqualTo("events[4].item_id");
    assertThat(newest.getMessage()).startsWith("\"i4\" is not in the catalogue");
    assertThat(newest.getPrincipal()).isEqualTo("shop");
    assertThat(newest.getTime()).isEqualTo(Timestamps.fromMillis(START.toEpochMilli()));
  }

  @Test
  void whatIsExpectedOfATimeIsOneReasonThoughTheClockGoesOn() {
    for (String time : List.of("2026-03-01T12:05:00Z", "2026-03-01T12:05:01.250Z")) {
      add("e", "events[0].time", "2027 lies in the future, expected at most " + time + " (clock)");
    }
    assertThat(only().getExpected()).isEqualTo("at most a time (clock)");
    assertThat(only().getEvents()).isEqualTo(2);
  }

  @Test
  void aValueThatLooksLikeAReasonIsNone() {
    add("e", "events[0].item_id", "\"x, expected y\" is not there, expected an item");
    assertThat(only().getExpected()).isEqualTo("an item");
    now = now.plusSeconds(7_200);
    add("e", "events[7]", "a record of 2000000 bytes, the topic takes 1000000");
    assertThat(only().getExpected()).isEqualTo("a record of … bytes, the topic takes …");
    assertThat(only().getField()).isEmpty();
  }

  @Test
  void anHourIsCountedToTheMinute() {
    List<Instant> all = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 3_000; i++) {
      now = now.plusSeconds(random.nextInt(100) == 0 ? random.nextInt(900) : random.nextInt(4));
      add("e" + i, "events[0].type", "is not set, expected what the visitor did");
      all.add(now);
      ListRejectedEventsResponse listed = rejected.list();
      Instant since = Instant.ofEpochMilli(Timestamps.toMillis(listed.getSince()));
      assertThat(since).isAfterOrEqualTo(START).isAfter(now.minusSeconds(3_601));
      assertThat(listed.getReasons(0).getEvents())
          .isEqualTo(all.stream().filter(at -> !at.isBefore(since)).count());
    }
    now = now.plusSeconds(3_600);
    assertThat(rejected.list().getReasonsList()).isEmpty();
    assertThat(all).hasSize(3_000);
  }

  @Test
  void beyondItsBoundReasonsAreCountedTogetherAndOldOnesMakeRoom() {
    int max = RejectedEvents.REASONS_MAX;
    for (int i = 0; i < max + 10; i++) {
      add("e" + i, "events[0].context[f" + i + "]", "\"x\", expected a word");
    }
    List<RejectionReason> listed = rejected.list().getReasonsList();
    assertThat(listed).hasSize(max + 1);
    assertThat(listed.getFirst().getExpected()).isEqualTo("other reasons");
    assertThat(listed.getFirst().getEvents()).isEqualTo(10);
    assertThat(listed.stream().mapToLong(RejectionReason::getEvents).sum()).isEqualTo(max + 10);
    now = now.plusSeconds(3_600);
    add("new", "events[0].context[new]", "\"x\", expected a word");
    assertThat(only().getField()).isEqualTo("context[new]");
  }
}
