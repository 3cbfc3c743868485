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
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The whole configuration of one process.
 *
 * @param server the front end
 * @param engine what is behind it, from the data directory to what answers beside the model
 * @param cluster what the process is among others
 * @param telemetry what is sent to a collector of OpenTelemetry
 * @param changed where what was read differs from the defaults, but for the schema
 */
public record DolmenConfig(
    ServerConfig server,
    EngineOptions engine,
    ClusterConfig cluster,
    OtlpConfig telemetry,
    List<ChangedKey> changed) {
  /** What a server that is thrown away leaves free: the /tmp of a container may be small. */
  private static final long TEMPORARY_MIN_FREE_BYTES = 32L << 20;

  /** Copies what is given. */
  public DolmenConfig {
    changed = List.copyOf(changed);
  }

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

  /** The commented sample: every key with its default and its range. */
  public static String sample() {
    return ConfigSample.text();
  }

  /** Where everything durable lives. */
  public Path dataDirectory() {
    return engine.dataDirectory();
  }

  /** Source of all randomness. */
  public long seed() {
    return engine.seed();
  }

  /** The slots. */
  public Schema schema() {
    return engine.schema();
  }

  public ModelSettings model() {
    return engine.model();
  }

  public TrainingOptions training() {
    return engine.training();
  }

  public SessionOptions sessions() {
    return engine.sessions();
  }

  public CatalogOptions catalog() {
    return engine.catalog();
  }

  public LogOptions log() {
    return engine.log();
  }

  public SnapshotOptions snapshots() {
    return engine.snapshots();
  }

  /** What answers beside the model. */
  public RankingOptions ranking() {
    return engine.ranking();
  }

  /**
   * This, for a server that is thrown away: on free ports of the loopback address, without TLS,
   * warm-up and fallback, which would answer in the place of a model that has learned little, in a
   * directory of its own, log included, and without snapshots, which nobody would read. It sends
   * nothing to a collector.
   */
  public DolmenConfig temporary(Path directory) {
    RankingOptions ranking = ranking();
    return new DolmenConfig(
        defaults(directory, schema()).server(),
        engine.with(e ->
            e.dataDirectory(directory)
                .log(log().embedded().with(l -> l.minFreeBytes(TEMPORARY_MIN_FREE_BYTES)))
                .snapshots(
                    SnapshotOptions.defaults().with(s -> s.intervalSec(0).keep(1).onClose(false)))
                .ranking(
                    new RankingOptions(
                        ranking.experiment(),
                        FallbackOptions.NONE,
                        ranking.rankers(),
                        ranking.kept()))),
        ClusterConfig.alone(),
        OtlpConfig.OFF,
        changed);
  }

  /** This, with another front end. */
  public DolmenConfig withServer(ServerConfig other) {
    return new DolmenConfig(other, engine, cluster, telemetry, changed);
  }

  /** This, with another data directory. */
  public DolmenConfig withDataDirectory(Path other) {
    return withEngine(e -> e.dataDirectory(other));
  }

  /** This, with other options of the engine. */
  public DolmenConfig withEngine(UnaryOperator<EngineOptions.Builder> changes) {
    return new DolmenConfig(server, engine.with(changes), cluster, telemetry, changed);
  }

  /** This, as another process among others. */
  public DolmenConfig withCluster(ClusterConfig other) {
    return new DolmenConfig(server, engine, other, telemetry, changed);
  }

  /** This, sending other things to a collector. */
  public DolmenConfig withTelemetry(OtlpConfig other) {
    return new DolmenConfig(server, engine, cluster, other, changed);
  }
}
