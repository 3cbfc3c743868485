package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which times are an event's. */
class EventTimesTest {
  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  private static EventTimes times(String eventTime) {
    long sec = eventTime.isEmpty() ? 0 : Instant.parse(eventTime).getEpochSecond();
    return new EventTimes(() -> NOW, Duration.ofMinutes(5), Duration.ofDays(1_096), () -> sec);
  }

  private static Timestamp at(String time) {
    return Timestamps.fromMillis(Instant.parse(time).toEpochMilli());
  }

  private static void taken(EventTimes times, String time) {
    assertThatCode(() -> times.check("time", at(time))).doesNotThrowAnyException();
  }

  private static void refused(EventTimes times, String time, String why) {
    assertThatThrownBy(() -> times.check("time", at(time)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(time)
        .hasMessageContaining(why);
  }

  @Test
  void aLiveServerTakesLastYearsEventsAndNoneOfAnotherAge() {
    EventTimes live = times("2026-11-28T09:59:00Z");
    taken(live, "2026-11-28T10:05:00Z");
    taken(live, "2025-01-01T00:00:00Z");
    refused(live, "2001-09-09T01:46:40Z", "server.past_tolerance");
    refused(live, "2000-01-01T00:00:00Z", "expected 2023-11-28T09:59:00Z or later");
    refused(live, "1970-01-01T00:00:00Z", "is no event's time");
    refused(live, "2026-11-28T10:06:00Z", "server.future_tolerance");
  }

  /** History comes through the API, too: nothing has been learned, or what is learned is as old. */
  @Test
  void historyOfAnyAgeIsTakenWhereNothingIsNewer() {
    taken(times(""), "2000-01-01T00:00:00Z");
    taken(times("2000-01-11T00:00:00Z"), "2000-01-01T00:00:00Z");
    refused(times(""), "1970-01-01T00:16:40Z", "expected 1976-05-03T19:33:20Z or later");
  }

  /** The server's clock was set back by years: what it takes goes by the clock then. */
  @Test
  void theEarlierOfClockAndEventTimeCounts() {
    taken(times("2066-01-01T00:00:00Z"), "2025-01-01T00:00:00Z");
  }
}
