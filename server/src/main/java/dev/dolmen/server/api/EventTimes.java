package dev.dolmen.server.api;

import static dev.dolmen.server.api.Fields.invalid;

import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * When an event may have happened: not later than the server's clock plus a tolerance, and not
 * earlier than that clock or event time, the earlier of the two, less another. Event time counts
 * because history may come through the API, years old; nothing has been learned before its first
 * event, so that one may be of any time. A time of before {@link #EPOCH_SEC_MIN} is never an
 * event's: it is a date that was dropped, or of another unit. Immutable; any thread.
 */
final class EventTimes {
  /** The year 1976: smaller numbers are no seconds since 1970, in files as well. */
  private static final long EPOCH_SEC_MIN = 200_000_000;

  private final InstantSource clock;
  private final Duration futureTolerance;
  private final Duration pastTolerance;
  private final LongSupplier eventTimeSec;

  /**
   * @param futureTolerance how far a time may lie ahead of the clock
   * @param pastTolerance how far it may lie behind clock and event time
   * @param eventTimeSec newest event time, seconds since 1970; 0 before the first event
   */
  EventTimes(
      InstantSource clock,
      Duration futureTolerance,
      Duration pastTolerance,
      LongSupplier eventTimeSec) {
    this.clock = clock;
    this.futureTolerance = futureTolerance;
    this.pastTolerance = pastTolerance;
    this.eventTimeSec = eventTimeSec;
  }

  /**
   * Checks a point in time.
   *
   * @throws InvalidRequestException naming field, value and bound
   */
  @SuppressWarnings("ProtoTimestampGetSecondsGetNano") // A part of it is what is checked.
  void check(String field, Timestamp time) {
    if (time.getNanos() < 0 || time.getNanos() > 999_999_999) {
      throw invalid(field + ".nanos", time.getNanos() + ", expected 0 to 999999999");
    }
    Instant now = clock.instant();
    Instant latest = now.plus(futureTolerance);
    if (time.getSeconds() > latest.getEpochSecond()) {
      throw invalid(
          field,
          describe(time)
              + " lies in the future, expected at most "
              + latest
              + " (the server's clock plus server.future_tolerance)");
    }
    if (time.getSeconds() < EPOCH_SEC_MIN) {
      throw invalid(
          field,
          describe(time)
              + " is no event's time, expected "
              + Instant.ofEpochSecond(EPOCH_SEC_MIN)
              + " or later: seconds since 1970");
    }
    checkPast(field, time, now);
  }

  @SuppressWarnings("ProtoTimestampGetSecondsGetNano")
  private void checkPast(String field, Timestamp time, Instant now) {
    long eventSec = eventTimeSec.getAsLong();
    if (eventSec == 0) {
      return;
    }
    long newestSec = Math.min(eventSec, now.getEpochSecond());
    Instant earliest = Instant.ofEpochSecond(newestSec).minus(pastTolerance);
    if (time.getSeconds() < earliest.getEpochSecond()) {
      throw invalid(
          field,
          describe(time)
              + " lies too far in the past, expected "
              + earliest
              + " or later (event time less server.past_tolerance)");
    }
  }

  /** The time, or its seconds where no calendar reaches. */
  @SuppressWarnings("ProtoTimestampGetSecondsGetNano")
  private static String describe(Timestamp time) {
    try {
      return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    } catch (DateTimeException | ArithmeticException e) {
      return time.getSeconds() + " s";
    }
  }
}
