package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * What is remembered of visits. Bounds hold in log order, so that a replay forgets the same. What
 * each number can be stands in the constant of its name.
 *
 * @param maxSessions sessions at most, the least recently extended makes room
 * @param idleSec seconds of event time without an event after which a session ends
 * @param maxImpressions impressions at most that wait for their clicks, the oldest makes room
 * @param impressionWindowSec seconds of event time after which an impression is learned from
 * @param maxLateImpressions impressions at most that are found in the log when a click on them
 *     comes after that, the oldest makes room
 * @param impressionLatenessSec seconds after an impression in which a click on it counts; at least
 *     {@code impressionWindowSec}
 * @param maxEarlyEvents events at most that wait for their impression, the oldest makes room
 * @param maxRepeats events of one session about one item, among its last ones and within {@code
 *     repeatWindowSec}, beyond which another one is not learned
 * @param repeatWindowSec see there
 */
public record SessionOptions(
    int maxSessions,
    long idleSec,
    int maxImpressions,
    long impressionWindowSec,
    int maxLateImpressions,
    long impressionLatenessSec,
    int maxEarlyEvents,
    int maxRepeats,
    long repeatWindowSec) {
  public static final WholeRange MAX_SESSIONS = WholeRange.of(1, 100_000_000);
  public static final WholeRange IDLE_SEC = WholeRange.of(1, 315_360_000);
  public static final WholeRange MAX_IMPRESSIONS = WholeRange.of(1, 10_000_000);
  public static final WholeRange IMPRESSION_WINDOW_SEC = WholeRange.of(1, 604_800);
  public static final WholeRange MAX_LATE_IMPRESSIONS = WholeRange.of(1, 100_000_000);
  public static final WholeRange IMPRESSION_LATENESS_SEC = WholeRange.of(1, 2_592_000);
  public static final WholeRange MAX_EARLY_EVENTS = WholeRange.of(1, 1_000_000);
  public static final WholeRange MAX_REPEATS = WholeRange.of(1, 1_024);
  public static final WholeRange REPEAT_WINDOW_SEC = WholeRange.of(1, 315_360_000);

  public SessionOptions {
    MAX_SESSIONS.check("sessions.maxSessions", maxSessions);
    IDLE_SEC.check("sessions.idleSec", idleSec);
    MAX_IMPRESSIONS.check("sessions.maxImpressions", maxImpressions);
    IMPRESSION_WINDOW_SEC.check("sessions.impressionWindowSec", impressionWindowSec);
    MAX_LATE_IMPRESSIONS.check("sessions.maxLateImpressions", maxLateImpressions);
    WholeRange.of(impressionWindowSec, IMPRESSION_LATENESS_SEC.max())
        .check("sessions.impressionLatenessSec", impressionLatenessSec);
    MAX_EARLY_EVENTS.check("sessions.maxEarlyEvents", maxEarlyEvents);
    MAX_REPEATS.check("sessions.maxRepeats", maxRepeats);
    REPEAT_WINDOW_SEC.check("sessions.repeatWindowSec", repeatWindowSec);
  }

  /**
   * 500,000 sessions, idle for a day; 100,000 impressions for half an hour, a million for a day;
   * 10,000 early events; 10 events of a session about one item in an hour.
   */
  public static SessionOptions defaults() {
    return new SessionOptions(
        500_000, 86_400, 100_000, 1_800, 1_000_000, 86_400, 10_000, 10, 3_600);
  }

  /** This, with another window of impressions. */
  public SessionOptions withImpressionWindowSec(long sec) {
    return new SessionOptions(
        maxSessions,
        idleSec,
        maxImpressions,
        sec,
        maxLateImpressions,
        Math.max(sec, impressionLatenessSec),
        maxEarlyEvents,
        maxRepeats,
        repeatWindowSec);
  }
}
