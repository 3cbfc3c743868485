package dev.dolmen.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The last impressions of visits, next to a list of all of them. */
class RecentImpressionsTest {
  private static final long NOW_MS = 1_800_000_000_000L;

  private final RecentImpressions recent = new RecentImpressions(NOW_MS, 1 << 20);

  private static Impression shown(String request, String visit, long timeMs, String... items) {
    return Impression.newBuilder()
        .setRequestId(request)
        .setSessionId(visit)
        .setTime(
            Timestamp.newBuilder()
                .setSeconds(timeMs / 1_000)
                .setNanos((int) (timeMs % 1_000) * 1_000_000))
        .addAllItemId(List.of(items))
        .build();
  }

  private static LogRecord record(Impression impression) {
    long us = SessionStep.timeMs(impression.getTime()) * 1_000;
    return LogRecord.newBuilder().setLoggedUs(us).setImpression(impression).build();
  }

  private static LogRecord event(String request, String visit, String item, EventType type) {
    return LogRecord.newBuilder()
        .setLoggedUs(NOW_MS * 1_000)
        .setFeedback(
            FeedbackEvent.newBuilder()
                .setRequestId(request)
                .setSessionId(visit)
                .setItemId(item)
                .setType(type))
        .build();
  }

  /** As a log's reader does, whose array is longer and used again. */
  private static void read(RecentImpressions to, LogRecord record) {
    byte[] bytes = record.toByteArray();
    byte[] reused = Arrays.copyOf(bytes, bytes.length + 50);
    to.read(record, reused, bytes.length);
    Arrays.fill(reused, (byte) 1);
  }

  private void read(LogRecord record) {
    read(recent, record);
  }

  private List<String> requests(String visit, int max) {
    return recent.of(visit, max).stream().map(one -> one.impression().getRequestId()).toList();
  }

  @Test
  void aVisitIsToldWhatItWasShownTheNewestFirst() {
    read(record(shown("r1", "v", NOW_MS, "a", "b")));
    read(record(shown("r2", "other", NOW_MS, "a")));
    read(record(shown("r3", "v", NOW_MS + 5, "c")));
    read(record(shown("r3", "v", NOW_MS + 6, "d")));
    read(record(shown("r4", "", NOW_MS, "a")));
    read(LogRecord.newBuilder().setUpsert(Item.newBuilder().setItemId("a")).build());
    assertThat(requests("v", 10)).containsExactly("r3", "r1");
    assertThat(requests("v", 1)).containsExactly("r3");
    assertThat(requests("", 10)).isEmpty();
    assertThat(requests("nobody", 10)).isEmpty();
    assertThat(recent.of("v", 1).getFirst().impression())
        .isEqualTo(shown("r3", "v", NOW_MS + 5, "c"));
  }

  @Test
  void eventsStandWithTheItemThatTheyName() {
    read(record(shown("r", "v", NOW_MS, "a", "b", "c")));
    read(event("r", "v", "b", EventType.EVENT_TYPE_CLICK));
    read(event("r", "v", "b", EventType.EVENT_TYPE_PURCHASE));
    read(event("r", "v", "b", EventType.EVENT_TYPE_CLICK));
    read(event("r", "v", "c", EventType.EVENT_TYPE_DISMISS));
    read(event("r", "v", "never shown", EventType.EVENT_TYPE_CLICK));
    read(event("r", "another visit", "a", EventType.EVENT_TYPE_CLICK));
    read(event("", "v", "a", EventType.EVENT_TYPE_CLICK));
    assertThat(recent.of("v", 1).getFirst().events())
        .containsExactly(
            Set.of(),
            Set.of(EventType.EVENT_TYPE_CLICK, EventType.EVENT_TYPE_PURCHASE),
            Set.of(EventType.EVENT_TYPE_DISMISS));
  }

  @Test
  void anEventThatIsFasterThanItsImpressionWaitsForItInBounds() {
    for (int i = 0; i < RecentImpressions.EARLY_MAX + 1; i++) {
      read(event("r" + i, "v" + i, "a", EventType.EVENT_TYPE_CLICK));
    }
    for (int i : new int[] {0, 1, RecentImpressions.EARLY_MAX}) {
      read(record(shown("r" + i, "v" + i, NOW_MS, "a")));
    }
    Set<EventType> clicked = Set.of(EventType.EVENT_TYPE_CLICK);
    assertThat(recent.of("v1", 1).getFirst().events()).containsExactly(clicked);
    assertThat(recent.of("v" + RecentImpressions.EARLY_MAX, 1).getFirst().events())
        .containsExactly(clicked);
    assertThat(recent.of("v0", 1).getFirst().events()).as("made room").containsExactly(Set.of());
  }

  /** Against all of them: those that are found are the newest, and none is lost among them. */
  @Test
  void theOldestMakeRoomAndTheTimeSinceWhenIsTold() {
    RecentImpressions small = new RecentImpressions(NOW_MS, 50_000);
    Random random = new Random(7);
    Deque<Impression> all = new ArrayDeque<>();
    for (int i = 0; i < 2_000; i++) {
      String visit = "v" + random.nextInt(20);
      Impression one = shown("r" + i, visit, NOW_MS + i, "a".repeat(1 + random.nextInt(30)), "b");
      all.addFirst(one);
      read(small, record(one));
      if (i % 3 == 0) {
        read(small, event("r" + i, visit, "b", EventType.EVENT_TYPE_CLICK));
      }
      assertThat(small.bytes()).isBetween(0L, 50_000L);
    }
    List<String> found = new ArrayList<>();
    for (int v = 0; v < 20; v++) {
      String visit = "v" + v;
      List<Impression> of = small.of(visit, 2_000).stream().map(ShownAnswer::impression).toList();
      List<Impression> expected =
          all.stream()
              .filter(one -> one.getSessionId().equals(visit))
              .filter(one -> SessionStep.timeMs(one.getTime()) >= small.sinceMs())
              .toList();
      assertThat(of).isEqualTo(expected);
      of.forEach(one -> found.add(one.getRequestId()));
    }
    assertThat(found).hasSizeBetween(50, 200).contains("r1999");
    assertThat(small.sinceMs()).isEqualTo(NOW_MS + 2_000 - found.size());
  }

  @Test
  void whatIsReplayedBeginsEarlierThanTheProcess() {
    assertThat(recent.sinceMs()).isEqualTo(NOW_MS);
    read(record(shown("r", "v", NOW_MS - 60_000, "a")));
    read(record(shown("r2", "v", NOW_MS + 60_000, "a")));
    assertThat(recent.sinceMs()).isEqualTo(NOW_MS - 60_000);
  }
}
