package dev.dolmen.trainer;

/**
 * What is remembered of visits. Bounds hold in log order, so that a replay forgets the same.
 *
 * @param maxSessions sessions at most, the least recently extended makes room; 1 to 100,000,000
 * @param idleSec seconds of event time without an event after which a session ends, 1 to
 *     315,360,000
 * @param maxImpressions impressions at most that wait for their clicks, the oldest makes room; 1 to
 *     10,000,000
 * @param impressionWindowSec seconds, in the impressions' own time, that an impression waits for
 *     its clicks; 1 to 604,800
 */
public record SessionOptions(
    int maxSessions, long idleSec, int maxImpressions, long impressionWindowSec) {
  public SessionOptions {
    Bounds.check("sessions.maxSessions", maxSessions, 1, 100_000_000);
    Bounds.check("sessions.idleSec", idleSec, 1, 315_360_000);
    Bounds.check("sessions.maxImpressions", maxImpressions, 1, 10_000_000);
    Bounds.check("sessions.impressionWindowSec", impressionWindowSec, 1, 604_800);
  }

  /** 500,000 sessions, idle for a day; 100,000 impressions for half an hour. */
  public static SessionOptions defaults() {
    return new SessionOptions(500_000, 86_400, 100_000, 1_800);
  }
}
