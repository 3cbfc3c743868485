package dev.dolmen.server.config;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The whole configuration of one process.
 *
 * @param server the front end
 * @param dataDirectory where everything durable lives
 * @param seed source of all randomness
 * @param schema the slots
 * @param ranking what answers beside the model
 */
public record DolmenConfig(
    ServerConfig server,
    Path dataDirectory,
    long seed,
    Schema schema,
    ModelSettings model,
    TrainingOptions training,
    SessionOptions sessions,
    CatalogOptions catalog,
    LogOptions log,
    SnapshotOptions snapshots,
    RankingOptions ranking) {

  /**
   * Reads a file, overridden by the environment.
   *
   * @param environment {@code System.getenv()}, outside tests
   * @throws IOException if the file cannot be read; the message names it
   * @throws ConfigException if anything in it, or in the environment, is not valid
   */
  public static DolmenConfig load(Path file, Map<String, String> environment)
      throws IOException, ConfigException {
    return ConfigLoader.load(file, environment);
  }

  /**
   * Reads a configuration that is not in a file, overridden by the environment.
   *
   * @param source named in problems
   * @throws ConfigException if anything in it, or in the environment, is not valid
   */
  public static DolmenConfig parse(String source, String text, Map<String, String> environment)
      throws ConfigException {
    return ConfigLoader.parse(source, text, environment);
  }

  /**
   * Everything at its default, for a schema: for tests and demonstrations. Listens on free ports of
   * this machine's loopback address and does not warm up.
   */
  public static DolmenConfig defaults(Path dataDirectory, Schema schema) {
    return ConfigLoader.defaults(dataDirectory, schema);
  }

  /** The commented sample: every key with its default. */
  public static String sample() {
    return ConfigLoader.sample();
  }

  /** The part that the engine is opened with. */
  public EngineOptions engine() {
    return new EngineOptions(
        dataDirectory, schema, model, training, sessions, catalog, log, snapshots, ranking, seed);
  }

  /**
   * This, for a server that is thrown away: on free ports of the loopback address, without TLS,
   * warm-up and fallback, which would answer in the place of a model that has learned little, in a
   * directory of its own, log included, and without snapshots, which nobody would read.
   */
  public DolmenConfig temporary(Path directory) {
    return new DolmenConfig(
        defaults(directory, schema).server(),
        directory,
        seed,
        schema,
        model,
        training,
        sessions,
        catalog,
        log.embedded(),
        new SnapshotOptions(0, 1, false),
        new RankingOptions(ranking.experiment(), FallbackOptions.NONE, ranking.rankers()));
  }

  /** This, with another front end. */
  public DolmenConfig withServer(ServerConfig other) {
    return new DolmenConfig(
        other,
        dataDirectory,
        seed,
        schema,
        model,
        training,
        sessions,
        catalog,
        log,
        snapshots,
        ranking);
  }

  /** This, with another data directory. */
  public DolmenConfig withDataDirectory(Path other) {
    return new DolmenConfig(
        server, other, seed, schema, model, training, sessions, catalog, log, snapshots, ranking);
  }

  /** This, with other training. */
  public DolmenConfig withTraining(TrainingOptions other) {
    return new DolmenConfig(
        server,
        dataDirectory,
        seed,
        schema,
        model,
        other,
        sessions,
        catalog,
        log,
        snapshots,
        ranking);
  }

  /** This, with other snapshots. */
  public DolmenConfig withSnapshots(SnapshotOptions other) {
    return new DolmenConfig(
        server,
        dataDirectory,
        seed,
        schema,
        model,
        training,
        sessions,
        catalog,
        log,
        other,
        ranking);
  }

  /** This, with other bounds on what is remembered of visits. */
  public DolmenConfig withSessions(SessionOptions other) {
    return new DolmenConfig(
        server,
        dataDirectory,
        seed,
        schema,
        model,
        training,
        other,
        catalog,
        log,
        snapshots,
        ranking);
  }

  /** This, with something beside the model. */
  public DolmenConfig withRanking(RankingOptions other) {
    return new DolmenConfig(
        server,
        dataDirectory,
        seed,
        schema,
        model,
        training,
        sessions,
        catalog,
        log,
        snapshots,
        other);
  }

  /** This, with another model. */
  public DolmenConfig withModel(ModelSettings other) {
    return new DolmenConfig(
        server,
        dataDirectory,
        seed,
        schema,
        other,
        training,
        sessions,
        catalog,
        log,
        snapshots,
        ranking);
  }
}
