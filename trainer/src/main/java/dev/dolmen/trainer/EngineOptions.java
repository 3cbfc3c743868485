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
import java.util.function.UnaryOperator;

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
 * @param ranking what answers next to the model; nothing of the state depends on it
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
        catalog.maxItems(),
        catalog.heldBytes(),
        log.deduplicationEvents(),
        log.deduplicationAgeSec(),
        log.maxQueuedImpressions());
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
        RankingOptions.defaults(),
        1);
  }

  /** This, with some changes. */
  public EngineOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Changes; each method sets what is called so. */
  public static final class Builder {
    private Path dataDirectory;
    private Schema schema;
    private ModelSettings model;
    private TrainingOptions training;
    private SessionOptions sessions;
    private CatalogOptions catalog;
    private LogOptions log;
    private SnapshotOptions snapshots;
    private RankingOptions ranking;
    private long seed;

    private Builder(EngineOptions from) {
      dataDirectory = from.dataDirectory;
      schema = from.schema;
      model = from.model;
      training = from.training;
      sessions = from.sessions;
      catalog = from.catalog;
      log = from.log;
      snapshots = from.snapshots;
      ranking = from.ranking;
      seed = from.seed;
    }

    public Builder dataDirectory(Path value) {
      dataDirectory = value;
      return this;
    }

    public Builder schema(Schema value) {
      schema = value;
      return this;
    }

    public Builder model(ModelSettings value) {
      model = value;
      return this;
    }

    public Builder training(TrainingOptions value) {
      training = value;
      return this;
    }

    public Builder sessions(SessionOptions value) {
      sessions = value;
      return this;
    }

    public Builder catalog(CatalogOptions value) {
      catalog = value;
      return this;
    }

    public Builder log(LogOptions value) {
      log = value;
      return this;
    }

    public Builder snapshots(SnapshotOptions value) {
      snapshots = value;
      return this;
    }

    public Builder ranking(RankingOptions value) {
      ranking = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    private EngineOptions build() {
      return new EngineOptions(
          dataDirectory, schema, model, training, sessions, catalog, log, snapshots, ranking, seed);
    }
  }
}
