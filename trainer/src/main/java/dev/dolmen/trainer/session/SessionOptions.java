package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.function.UnaryOperator;

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
 * @param seenItems items of a session that are remembered as seen or dismissed, those named last;
 *     no fewer than those of the history that the model reads are left out of answers
 * @param seenBytes of the heap that the items seen by all sessions take, beyond which the least
 *     recently extended session makes room
 * @param maxPastSessions past sessions at most whose items neighbors of a session are looked for
 *     in, the one that began first makes room
 * @param maxContexts distinct contexts of visits at most that sessions share, the least recently
 *     used makes room
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
    long repeatWindowSec,
    int seenItems,
    long seenBytes,
    int maxPastSessions,
    int maxContexts) {
  public static final WholeRange MAX_SESSIONS = WholeRange.of(1, 100_000_000);
  public static final WholeRange IDLE_SEC = WholeRange.of(1, 315_360_000);
  public static final WholeRange MAX_IMPRESSIONS = WholeRange.of(1, 10_000_000);
  public static final WholeRange IMPRESSION_WINDOW_SEC = WholeRange.of(1, 604_800);
  public static final WholeRange MAX_LATE_IMPRESSIONS = WholeRange.of(1, 100_000_000);
  public static final WholeRange IMPRESSION_LATENESS_SEC = WholeRange.of(1, 2_592_000);
  public static final WholeRange MAX_EARLY_EVENTS = WholeRange.of(1, 1_000_000);
  public static final WholeRange MAX_REPEATS = WholeRange.of(1, 1_024);
  public static final WholeRange REPEAT_WINDOW_SEC = WholeRange.of(1, 315_360_000);
  public static final WholeRange SEEN_ITEMS = WholeRange.of(1, 4_096);
  public static final WholeRange SEEN_BYTES = WholeRange.of(1L << 20, 1L << 36);
  public static final WholeRange MAX_PAST_SESSIONS = WholeRange.of(1, 10_000_000);
  public static final WholeRange MAX_CONTEXTS = WholeRange.of(1, 10_000_000);

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
    SEEN_ITEMS.check("sessions.seenItems", seenItems);
    SEEN_BYTES.check("sessions.seenBytes", seenBytes);
    MAX_PAST_SESSIONS.check("sessions.maxPastSessions", maxPastSessions);
    MAX_CONTEXTS.check("sessions.maxContexts", maxContexts);
  }

  /** What the product runs with. */
  public static SessionOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public SessionOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** This, with another window of impressions. */
  public SessionOptions withImpressionWindowSec(long sec) {
    return with(s ->
        s.impressionWindowSec(sec).impressionLatenessSec(Math.max(sec, impressionLatenessSec)));
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private int maxSessions = 500_000;
    private long idleSec = 86_400;
    private int maxImpressions = 100_000;
    private long impressionWindowSec = 1_800;
    private int maxLateImpressions = 1_000_000;
    private long impressionLatenessSec = 86_400;
    private int maxEarlyEvents = 10_000;
    private int maxRepeats = 10;
    private long repeatWindowSec = 3_600;
    private int seenItems = 256;
    private long seenBytes = 256L << 20;
    private int maxPastSessions = 1 << 18;
    private int maxContexts = 16_384;

    private Builder() {}

    private Builder(SessionOptions from) {
      maxSessions = from.maxSessions;
      idleSec = from.idleSec;
      maxImpressions = from.maxImpressions;
      impressionWindowSec = from.impressionWindowSec;
      maxLateImpressions = from.maxLateImpressions;
      impressionLatenessSec = from.impressionLatenessSec;
      maxEarlyEvents = from.maxEarlyEvents;
      maxRepeats = from.maxRepeats;
      repeatWindowSec = from.repeatWindowSec;
      seenItems = from.seenItems;
      seenBytes = from.seenBytes;
      maxPastSessions = from.maxPastSessions;
      maxContexts = from.maxContexts;
    }

    public Builder maxSessions(int value) {
      maxSessions = value;
      return this;
    }

    public Builder idleSec(long value) {
      idleSec = value;
      return this;
    }

    public Builder maxImpressions(int value) {
      maxImpressions = value;
      return this;
    }

    public Builder impressionWindowSec(long value) {
      impressionWindowSec = value;
      return this;
    }

    public Builder maxLateImpressions(int value) {
      maxLateImpressions = value;
      return this;
    }

    public Builder impressionLatenessSec(long value) {
      impressionLatenessSec = value;
      return this;
    }

    public Builder maxEarlyEvents(int value) {
      maxEarlyEvents = value;
      return this;
    }

    public Builder maxRepeats(int value) {
      maxRepeats = value;
      return this;
    }

    public Builder repeatWindowSec(long value) {
      repeatWindowSec = value;
      return this;
    }

    public Builder seenItems(int value) {
      seenItems = value;
      return this;
    }

    public Builder seenBytes(long value) {
      seenBytes = value;
      return this;
    }

    public Builder maxPastSessions(int value) {
      maxPastSessions = value;
      return this;
    }

    public Builder maxContexts(int value) {
      maxContexts = value;
      return this;
    }

    private SessionOptions build() {
      return new SessionOptions(
          maxSessions,
          idleSec,
          maxImpressions,
          impressionWindowSec,
          maxLateImpressions,
          impressionLatenessSec,
          maxEarlyEvents,
          maxRepeats,
          repeatWindowSec,
          seenItems,
          seenBytes,
          maxPastSessions,
          maxContexts);
    }
  }
}
