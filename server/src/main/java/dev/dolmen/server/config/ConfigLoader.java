package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a configuration from text and environment. */
final class ConfigLoader {
  private static final long MAX_FILE_BYTES = 4L << 20;

  private ConfigLoader() {}

  static DolmenConfig load(Path file, Map<String, String> environment)
      throws IOException, ConfigException {
    String text;
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IOException(file + ": larger than " + HumanUnits.format(MAX_FILE_BYTES));
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not UTF-8", e);
    }
    return parse(file.toString(), text, environment);
  }

  static DolmenConfig parse(String source, String text, Map<String, String> environment)
      throws ConfigException {
    return parse(source, text, environment, new LinkedHashMap<>());
  }

  /**
   * @param keys gets every key that was asked for, with its default
   */
  static DolmenConfig parse(
      String source, String text, Map<String, String> environment, Map<String, String> keys)
      throws ConfigException {
    List<ConfigProblem> problems = new ArrayList<>();
    YamlNode.Mapping root = YamlParser.parse(source, text, problems);
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    ConfigSource config = new ConfigSource(source, environment, problems);
    DolmenConfig read = ConfigSection.root(config, root).read(ConfigLoader::root);
    config.refuseUnknownVariables();
    keys.putAll(config.defaults());
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    DolmenConfig whole = requireNonNull(read);
    return new DolmenConfig(
        whole.server(), whole.engine(), whole.cluster(), whole.telemetry(), config.changed());
  }

  /** Relative paths are relative to the working directory, as on any command line. */
  static @Nullable DolmenConfig root(ConfigSection s) {
    ServerConfig server = s.section("server", ServerConfig::read);
    Path data = Path.of(s.text("data_directory", "data"));
    long seed = s.whole("seed", 1);
    Schema schema = s.section("schema", SchemaReader::read);
    ModelSettings model = s.section("model", m -> EngineReader.model(m, schema));
    TrainingOptions training = s.section("training", EngineReader::training);
    SessionOptions sessions = s.section("sessions", EngineReader::sessions);
    CatalogOptions catalog = s.section("catalog", EngineReader::catalog);
    LogOptions log = s.section("log", EngineReader::log);
    SnapshotOptions snapshots = s.section("snapshots", EngineReader::snapshots);
    RankingOptions ranking = s.section("ranking", RankingReader::read);
    ClusterConfig cluster = s.section("cluster", ClusterConfig::read);
    OtlpConfig telemetry = s.section("telemetry", OtlpConfig::telemetry);
    if (server == null
        || cluster == null
        || telemetry == null
        || schema == null
        || model == null
        || training == null
        || sessions == null
        || catalog == null
        || log == null
        || snapshots == null
        || ranking == null) {
      return null;
    }
    return new DolmenConfig(
        server,
        new EngineOptions(
            data, schema, model, training, sessions, catalog, log, snapshots, ranking, seed),
        cluster,
        telemetry,
        List.of());
  }

  static DolmenConfig defaults(Path dataDirectory, Schema schema) {
    ConfigSource empty = new ConfigSource("defaults", Map.of(), new ArrayList<>());
    YamlNode.Mapping nothing = new YamlNode.Mapping(0, 0, Map.of());
    ServerConfig d = requireNonNull(ConfigSection.root(empty, nothing).read(ServerConfig::read));
    ServerConfig local =
        d.withPorts(0, 0)
            .with(s -> s.host("127.0.0.1").metricsHost("127.0.0.1").warmUp(Duration.ZERO));
    return new DolmenConfig(
        local,
        EngineOptions.defaults(dataDirectory, schema),
        ClusterConfig.alone(),
        OtlpConfig.OFF,
        List.of());
  }
}
