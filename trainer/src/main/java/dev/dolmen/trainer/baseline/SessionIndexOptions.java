package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How much of past sessions is remembered.
 *
 * @param maxSessions sessions at most; the one that began first is forgotten then, and what comes
 *     of it later begins anew. 1 to 100,000,000; about 60 bytes each, beside 4 an item
 * @param sessionItems distinct items of a session: the last ones, by first click; 1 to 10,000
 * @param sessionsPerItem sessions in which an item is found: those that clicked it last, by first
 *     click; 1 to 1,000,000, 4 bytes each
 * @param maxItems a click on an item with this number or a larger one is refused
 */
public record SessionIndexOptions(
    int maxSessions, int sessionItems, int sessionsPerItem, int maxItems) {
  public SessionIndexOptions {
    Bounds.check("sessionIndex.maxSessions", maxSessions, 1, 100_000_000);
    Bounds.check("sessionIndex.sessionItems", sessionItems, 1, 10_000);
    Bounds.check("sessionIndex.sessionsPerItem", sessionsPerItem, 1, 1_000_000);
    Bounds.check("sessionIndex.maxItems", maxItems, 1, Integer.MAX_VALUE - 8L);
  }

  /** 500,000 sessions of 50 items; 2,500 sessions an item; 10 million items. */
  public static SessionIndexOptions defaults() {
    return new SessionIndexOptions(500_000, 50, 2_500, 10_000_000);
  }
}
