package dev.dolmen.server.config;

import static java.util.Objects.requireNonNullElse;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the sections that make up the engine's options. */
final class EngineReader {
  private EngineReader() {}

  /**
   * @param schema names the slots that tasks can be about; null if it could not be read
   */
  static ModelSettings model(ConfigSection s, @Nullable Schema schema) {
    ModelSettings d = ModelSettings.defaults();
    int width = s.integer("width", d.width(), 8, 1_024);
    int layers = s.integer("layers", d.layers(), 0, 16);
    int heads = s.integer("heads", d.heads(), 1, 64);
    if (width % heads != 0) {
      s.reject("heads", heads + ": expected a divisor of width, " + width);
      heads = 1;
    }
    return new ModelSettings(
        width,
        layers,
        heads,
        s.integer("feed_forward_width", d.feedForwardWidth(), 1, 8_192),
        s.integer("max_session_length", d.maxSessionLength(), 1, 1_024),
        s.choice("pooling", d.pooling()),
        (float) s.number("id_dropout", exact(d.idDropout()), 0, 1),
        s.flag("id_gate", d.idGate()),
        (float) s.number("temperature", exact(d.temperature()), 0.01, 100),
        new ScoreTerms(
            s.flag("signals", d.terms().signals()), s.flag("popularity", d.terms().popularity())),
        requireNonNullElse(s.section("tasks", t -> tasks(t, schema)), d.tasks()),
        requireNonNullElse(s.section("optimizer", EngineReader::dense), d.optimizer()));
  }

  private static TaskSettings tasks(ConfigSection s, @Nullable Schema schema) {
    TaskSettings d = TaskSettings.defaults();
    List<String> slots = schema == null ? null : TaskSettings.categoriesOf(schema);
    return new TaskSettings(
        (float) s.number("label_smoothing", exact(d.labelSmoothing()), 0, 0.5),
        s.names("categories", slots),
        (float) s.number("category_weight", exact(d.categoryWeight()), 0.001, 100),
        (float) s.number("click_weight", exact(d.clickWeight()), 0, 100),
        s.flag("learned_weights", d.learnedWeights()));
  }

  private static DenseOptimizerOptions dense(ConfigSection s) {
    DenseOptimizerOptions d = DenseOptimizerOptions.defaults();
    return new DenseOptimizerOptions(
        (float) s.number("learning_rate", exact(d.learningRate()), 1e-9, 10),
        (float) s.number("beta1", exact(d.beta1()), 0, 0.999999),
        (float) s.number("beta2", exact(d.beta2()), 0, 0.999999),
        (float) s.number("epsilon", exact(d.epsilon()), 1e-20, 1),
        (float) s.number("weight_decay", exact(d.weightDecay()), 0, 100),
        (float) s.number("gradient_norm_max", exact(d.gradientNormMax()), 0, 1e9),
        s.integer("warm_up_steps", d.warmUpSteps(), 0, 100_000_000),
        s.integer("decay_steps", d.decaySteps(), 0, 100_000_000),
        s.integer("full_batch", d.fullBatch(), 0, 65_536));
  }

  static TrainingOptions training(ConfigSection s) {
    TrainingOptions d = TrainingOptions.defaults();
    return new TrainingOptions(
        s.integer("batch_events", d.batchEvents(), 1, 65_536),
        millis(s, "batch_age", d.batchAgeMs(), 1, 60_000),
        s.integer("negatives", d.negatives(), 0, 65_536),
        s.integer("full_softmax_items", d.fullSoftmaxItems(), 0, 100_000),
        (float) s.number("log_q", exact(d.logQ()), 0, 1),
        s.number("negative_rate", d.negativeRate(), 0.001, 1),
        s.count("popularity_half_life_events", d.popularityHalfLifeEvents(), 1_000, 1_000_000_000),
        s.count("baseline_half_life_events", d.baselineHalfLifeEvents(), 1_000, 1_000_000_000),
        s.number("validation_share", d.validationShare(), 0, 1),
        s.integer("validation_window", d.validationWindow(), 100, 10_000_000),
        s.integer("refresh_items_per_batch", d.refreshItemsPerBatch(), 0, 1_000_000),
        s.integer("expire_rows_per_batch", d.expireRowsPerBatch(), 0, 1_000_000),
        millis(s, "lag", d.lagMs(), 50, 60_000),
        s.integer("lag_records_min", d.lagRecordsMin(), 1, 1_000_000),
        s.integer("threads", d.threads(), 1, 64));
  }

  static SessionOptions sessions(ConfigSection s) {
    SessionOptions d = SessionOptions.defaults();
    return new SessionOptions(
        s.integer("max_sessions", d.maxSessions(), 1, 100_000_000),
        seconds(s, "idle", d.idleSec(), 1, 315_360_000),
        s.integer("max_impressions", d.maxImpressions(), 1, 10_000_000),
        seconds(s, "impression_window", d.impressionWindowSec(), 1, 604_800),
        s.integer("max_late_impressions", d.maxLateImpressions(), 1, 100_000_000),
        seconds(s, "impression_lateness", d.impressionLatenessSec(), 1, 2_592_000),
        s.integer("max_early_events", d.maxEarlyEvents(), 1, 1_000_000),
        s.integer("max_repeats", d.maxRepeats(), 1, 1_024),
        seconds(s, "repeat_window", d.repeatWindowSec(), 1, 315_360_000));
  }

  static CatalogOptions catalog(ConfigSection s) {
    CatalogOptions d = CatalogOptions.defaults();
    return new CatalogOptions(
        s.integer("max_items", d.maxItems(), 1, 50_000_000),
        s.integer("quarantine_records", d.quarantineRecords(), 0, 100_000_000),
        s.choice("scan", d.scan()));
  }

  static LogOptions log(ConfigSection s) {
    LogOptions d = LogOptions.defaults();
    long segmentBytes = s.bytes("segment_bytes", d.segmentBytes(), 1L << 20, 64L << 30);
    long maxBytes = s.bytes("max_bytes", d.maxBytes(), 0, 1L << 50);
    if (maxBytes != 0 && maxBytes < 4 * segmentBytes) {
      s.reject(
          "max_bytes",
          HumanUnits.format(maxBytes)
              + ": expected 0B, or at least four times segment_bytes, "
              + HumanUnits.format(4 * segmentBytes));
      maxBytes = 0;
    }
    return new LogOptions(
        s.choice("kind", d.kind()),
        s.bytes("min_free_bytes", d.minFreeBytes(), 16L << 20, 1L << 50),
        segmentBytes,
        maxBytes,
        s.choice("fsync", d.fsync()),
        s.integer("deduplication_events", d.deduplicationEvents(), 1, 100_000_000),
        s.integer("max_queued_impressions", d.maxQueuedImpressions(), 1, 1_000_000),
        requireNonNullElse(s.section("kafka", EngineReader::kafka), d.kafka()));
  }

  private static KafkaLogOptions kafka(ConfigSection s) {
    KafkaLogOptions d = KafkaLogOptions.defaults();
    return new KafkaLogOptions(
        s.text("bootstrap_servers", d.bootstrapServers()),
        s.text("topic", d.topic()),
        s.integer("replication_factor", d.replicationFactor(), 0, 100),
        s.integer("max_in_flight", d.maxInFlight(), 1, 1_000_000),
        Duration.ofMillis(millis(s, "timeout", d.timeout().toMillis(), 100, 600_000)),
        s.text("client_properties_file", d.clientPropertiesFile()));
  }

  static SnapshotOptions snapshots(ConfigSection s) {
    SnapshotOptions d = SnapshotOptions.defaults();
    return new SnapshotOptions(
        seconds(s, "interval", d.intervalSec(), 0, 604_800),
        s.integer("keep", d.keep(), 1, 1_000),
        s.flag("on_close", d.onClose()),
        s.integer("max_deltas", d.maxDeltas(), 1, 1_000),
        s.number("compact_share", d.compactShare(), 0, 100),
        s.bytes("copy_bytes", d.copyBytes(), 1L << 20, 1L << 40));
  }

  private static long millis(ConfigSection s, String key, long byDefault, long min, long max) {
    return s.duration(
            key, Duration.ofMillis(byDefault), Duration.ofMillis(min), Duration.ofMillis(max))
        .toMillis();
  }

  private static long seconds(ConfigSection s, String key, long byDefault, long min, long max) {
    return s.duration(
            key, Duration.ofSeconds(byDefault), Duration.ofSeconds(min), Duration.ofSeconds(max))
        .toSeconds();
  }

  /** The double that prints as the float does: 0.1f is 0.1, not 0.10000000149011612. */
  static double exact(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
