package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.ListRejectedEventsResponse;
import dev.dolmen.v1.RejectedEvent;
import dev.dolmen.v1.RejectionReason;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Why events were rejected in the last hour: how many for each reason, which is a field and what
 * was expected of it, and the last few of them. Of an event nothing is kept but its id, and its
 * value as the acknowledgement shows it, which is short.
 *
 * <p>Counts are exact, by minute. Of {@link #REASONS_MAX} reasons at once each has its own; one
 * that nobody met for an hour makes room, and what is more counts with all others together. Any
 * thread.
 */
final class RejectedEvents {
  static final int REASONS_MAX = 64;
  static final int EXAMPLES_MAX = 3;

  private static final int MINUTES = 60;
  private static final long MINUTE_MS = 60_000;
  private static final int EXPECTED_BYTES_MAX = 200;
  private static final String EXPECTED = ", expected ";

  /** What differs from one event of a reason to the next. */
  private static final Pattern PLACE = Pattern.compile("^events\\[\\d+]\\.?");

  private static final Pattern TIME =
      Pattern.compile("-?\\d{4,}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?Z");

  private static final Key OTHERS = new Key("", "other reasons");

  private final InstantSource clock;
  private final long startMs;
  private final Map<Key, Reason> reasons = new LinkedHashMap<>();

  /** What is the same of all events of a reason. */
  private record Key(String field, String expected) {}

  /** Counts by minute, in a ring, and the newest events. */
  private static final class Reason {
    final long[] counts = new long[MINUTES];
    final ArrayDeque<RejectedEvent> examples = new ArrayDeque<>(EXAMPLES_MAX);
    long minute;

    Reason(long minute) {
      this.minute = minute;
    }

    /** Forgets what is an hour ago. */
    void advance(long now) {
      for (long at = Math.max(minute + 1, now - MINUTES + 1); at <= now; at++) {
        counts[(int) (at % MINUTES)] = 0;
      }
      minute = Math.max(minute, now);
    }

    long sum() {
      long sum = 0;
      for (long count : counts) {
        sum += count;
      }
      return sum;
    }
  }

  RejectedEvents(InstantSource clock) {
    this.clock = clock;
    startMs = clock.millis();
  }

  /**
   * Counts an event.
   *
   * @param answer that says why it was rejected
   * @param principal who sent it
   */
  void add(Acknowledgement answer, String principal) {
    long nowMs = clock.millis();
    String field = PLACE.matcher(answer.getField()).replaceFirst("");
    RejectedEvent example =
        RejectedEvent.newBuilder()
            .setTime(Timestamps.fromMillis(nowMs))
            .setEventId(answer.getEventId())
            .setPrincipal(ShownText.of(principal))
            .setField(answer.getField())
            .setMessage(answer.getMessage())
            .build();
    add(new Key(field, expected(answer.getMessage())), example, nowMs / MINUTE_MS);
  }

  private synchronized void add(Key key, RejectedEvent example, long minute) {
    Reason reason = reasons.get(key);
    if (reason == null) {
      Key kept = hasRoom(minute) ? key : OTHERS;
      reason = reasons.computeIfAbsent(kept, k -> new Reason(minute));
    }
    reason.advance(minute);
    reason.counts[(int) (reason.minute % MINUTES)]++;
    if (reason.examples.size() == EXAMPLES_MAX) {
      reason.examples.removeLast();
    }
    reason.examples.addFirst(example);
  }

  private boolean hasRoom(long minute) {
    if (reasons.size() >= REASONS_MAX) {
      forget(minute);
    }
    return reasons.size() < REASONS_MAX;
  }

  private void forget(long minute) {
    reasons.values().forEach(reason -> reason.advance(minute));
    reasons.values().removeIf(reason -> reason.sum() == 0);
  }

  /** What a message says was expected: the same for all events of a reason. */
  private static String expected(String message) {
    int at = message.lastIndexOf(EXPECTED);
    String said =
        at < 0 ? message.replaceAll("\\d+", "…") : message.substring(at + EXPECTED.length());
    return ShownText.within(TIME.matcher(said).replaceAll("a time"), EXPECTED_BYTES_MAX);
  }

  /** As of now, the reason with the most events first. */
  ListRejectedEventsResponse list() {
    long nowMs = clock.millis();
    long minute = nowMs / MINUTE_MS;
    List<RejectionReason> listed = new ArrayList<>();
    synchronized (this) {
      forget(minute);
      reasons.forEach((key, reason) ->
          listed.add(
              RejectionReason.newBuilder()
                  .setField(key.field())
                  .setExpected(key.expected())
                  .setEvents(reason.sum())
                  .addAllExamples(reason.examples)
                  .build()));
    }
    listed.sort(Comparator.comparingLong(RejectionReason::getEvents).reversed());
    long since = Math.max(startMs, (minute - MINUTES + 1) * MINUTE_MS);
    return ListRejectedEventsResponse.newBuilder()
        .addAllReasons(listed)
        .setSince(Timestamps.fromMillis(since))
        .build();
  }
}
