package dev.dolmen.trainer.session;

import dev.dolmen.trainer.state.Bounds;

/**
 * What is remembered of visits. Bounds hold in log order, so that a replay forgets the same.
 *
 * @param maxSessions sessions at most, the least recently extended makes room; 1 to 100,000,000
 * @param idleSec seconds of event time without an event after which a session ends, 1 to
 *     315,360,000
 * @param maxImpressions impressions at most that wait for their clicks, the oldest makes room; 1 to
 *     10,000,000
 * @param impressionWindowSec seconds of event time after which an impression is learned from; 1 to
 *     604,800
 * @param maxLateImpressions impressions at most that are found in the log when a click on them
 *     comes after that, the oldest makes room; 1 to 100,000,000
 * @param impressionLatenessSec seconds after an impression in which a click on it counts; {@code
 *     impressionWindowSec} to 2,592,000
 * @param maxEarlyEvents events at most that wait for their impression, the oldest makes room; 1 to
 *     1,000,000
 * @param maxRepeats events of one session about one item, among its last ones and within {@code
 *     repeatWindowSec}, beyond which another one is not learned; 1 to 1,024
 * @param repeatWindowSec see there; 1 to 315,360,000
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
  public SessionOptions {
    Bounds.check("sessions.maxSessions", maxSessions, 1, 100_000_000);
    Bounds.check("sessions.idleSec", idleSec, 1, 315_360_000);
    Bounds.check("sessions.maxImpressions", maxImpressions, 1, 10_000_000);
    Bounds.check("sessions.impressionWindowSec", impressionWindowSec, 1, 604_800);
    Bounds.check("sessions.maxLateImpressions", maxLateImpressions, 1, 100_000_000);
    Bounds.check(
        "sessions.impressionLatenessSec", impressionLatenessSec, impressionWindowSec, 2_592_000);
    Bounds.check("sessions.maxEarlyEvents", maxEarlyEvents, 1, 1_000_000);
    Bounds.check("sessions.maxRepeats", maxRepeats, 1, 1_024);
    Bounds.check("sessions.repeatWindowSec", repeatWindowSec, 1, 315_360_000);
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
