package dev.dolmen.trainer;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.ingest.IngestOptions;
import dev.dolmen.trainer.learn.LearnerOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import java.nio.file.Path;

/**
 * Everything an engine is configured with.
 *
 * @param dataDirectory where log, journal, table and snapshots live; created if missing
 * @param schema the slots of items and visits
 * @param model the model's shape
 * @param training batches and what they learn from
 * @param sessions what is remembered of visits
 * @param catalog bounds of the catalogue
 * @param log the feedback log
 * @param snapshots when snapshots are taken
 * @param ranking what answers beside the model; nothing of the state depends on it
 * @param seed source of all randomness
 */
public record EngineOptions(
    Path dataDirectory,
    Schema schema,
    ModelSettings model,
    TrainingOptions training,
    SessionOptions sessions,
    CatalogOptions catalog,
    LogOptions log,
    SnapshotOptions snapshots,
    RankingOptions ranking,
    long seed) {
  /** The model alone. */
  public EngineOptions(
      Path dataDirectory,
      Schema schema,
      ModelSettings model,
      TrainingOptions training,
      SessionOptions sessions,
      CatalogOptions catalog,
      LogOptions log,
      SnapshotOptions snapshots,
      long seed) {
    this(
        dataDirectory,
        schema,
        model,
        training,
        sessions,
        catalog,
        log,
        snapshots,
        RankingOptions.defaults(),
        seed);
  }

  /** What decides what is learned. */
  LearnerOptions learner() {
    return new LearnerOptions(schema, model, training, sessions, catalog, maxLateBytes(), seed);
  }

  /** Half of a log with a bound: the other half is for what no snapshot holds yet. */
  private long maxLateBytes() {
    return log.maxBytes() == 0 ? Long.MAX_VALUE : log.maxBytes() / 2;
  }

  /** Bounds of what is taken from publishers. */
  IngestOptions ingest() {
    return new IngestOptions(
        catalog.maxItems(), log.deduplicationEvents(), log.maxQueuedImpressions());
  }

  /** This, with something beside the model. */
  public EngineOptions withRanking(RankingOptions other) {
    return new EngineOptions(
        dataDirectory, schema, model, training, sessions, catalog, log, snapshots, other, seed);
  }

  /** Defaults for everything but directory and schema. */
  public static EngineOptions defaults(Path dataDirectory, Schema schema) {
    return new EngineOptions(
        dataDirectory,
        schema,
        ModelSettings.defaults(),
        TrainingOptions.defaults(),
        SessionOptions.defaults(),
        CatalogOptions.defaults(),
        LogOptions.defaults(),
        SnapshotOptions.defaults(),
        1);
  }
}
