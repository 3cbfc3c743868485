package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.impressions.JoinerOptions;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.stream.StreamOptions;

/**
 * Everything that decides what is learned from a log.
 *
 * @param schema the slots of items and visits
 * @param model the model's shape
 * @param training batches and what they learn from
 * @param sessions what is remembered of visits
 * @param catalog bounds of the catalogue
 * @param maxLateBytes bytes of the log at most, counted back from its end, in which impressions are
 *     looked for
 * @param seed source of all randomness
 */
public record LearnerOptions(
    Schema schema,
    ModelSettings model,
    TrainingOptions training,
    SessionOptions sessions,
    CatalogOptions catalog,
    long maxLateBytes,
    long seed) {
  /** Impressions that a batch learns from: one to this many events, but so many in any case. */
  private static final int SHOWN_SHARE = 4;

  private static final int MIN_SHOWN_SESSIONS = 8;

  /** Of the stream state. */
  public StreamOptions stream() {
    return new StreamOptions(
        schema,
        sessions,
        model.maxSessionLength(),
        catalog,
        training.samplingHalfLifeEvents(),
        training.popularityHalfLifeEvents(),
        model.terms().popularity());
  }

  /** What a snapshot is made with. */
  Migration.Shape shape() {
    return new Migration.Shape(schema, model.toModelOptions(schema), model.terms().shape(), seed);
  }

  JoinerOptions joiner() {
    return JoinerOptions.builder()
        .maxImpressions(sessions.maxImpressions())
        .windowMs(sessions.impressionWindowSec() * 1_000)
        .maxLate(sessions.maxLateImpressions())
        .latenessMs(sessions.impressionLatenessSec() * 1_000)
        .maxLateBytes(maxLateBytes)
        .maxEarly(sessions.maxEarlyEvents())
        .learns(model.tasks().learnsClicks())
        .negativeRate(training.negativeRate())
        .batchSessions(Math.max(MIN_SHOWN_SESSIONS, training.batchEvents() / SHOWN_SHARE))
        .seed(seed)
        .build();
  }

  BatchAssembler.Options batches() {
    return new BatchAssembler.Options(training, model, seed);
  }
}
