package dev.dolmen.trainer.stream;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.session.SessionOptions;

/**
 * What the stream state is made with.
 *
 * @param schema the slots of items and visits
 * @param sessions what is remembered of visits
 * @param maxSessionLength events kept of each session, the last ones
 * @param catalog how long what of deleted items is kept
 * @param targetHalfLifeEvents clicks after which a click counts half as a target
 * @param popularityHalfLifeEvents clicks after which a click counts half for popularity
 * @param priors whether popularity adds to scores
 */
public record StreamOptions(
    Schema schema,
    SessionOptions sessions,
    int maxSessionLength,
    CatalogOptions catalog,
    long targetHalfLifeEvents,
    long popularityHalfLifeEvents,
    boolean priors) {
  long repeatWindowMs() {
    return sessions.repeatWindowSec() * 1_000;
  }

  /** No more than half of what is kept of a session: otherwise one item could fill it for ever. */
  int maxRepeats() {
    return Math.clamp(maxSessionLength / 2, 1, sessions.maxRepeats());
  }
}
