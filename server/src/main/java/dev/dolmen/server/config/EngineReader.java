package dev.dolmen.server.config;

import static java.util.Objects.requireNonNullElse;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.learn.DenseRanges;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.KafkaAddresses;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.KafkaTopicOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.OutageOptions;
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
    int width = s.integer("width", d.width(), ModelSettings.WIDTH);
    int layers = s.integer("layers", d.layers(), ModelSettings.LAYERS);
    int heads = s.integer("heads", d.heads(), ModelSettings.HEADS);
    if (width % heads != 0) {
      s.reject("heads", heads + ": expected a divisor of width, " + width);
      heads = 1;
    }
    return new ModelSettings(
        width,
        layers,
        heads,
        s.integer("feed_forward_width", d.feedForwardWidth(), ModelSettings.FEED_FORWARD_WIDTH),
        s.integer("max_session_length", d.maxSessionLength(), ModelSettings.MAX_SESSION_LENGTH),
        s.choice("pooling", d.pooling()),
        s.flag("ids", d.ids()),
        s.flag("id_gate", d.idGate()),
        s.decimal("temperature", d.temperature(), ModelSettings.TEMPERATURE),
        new ScoreTerms(
            s.flag("signals", d.terms().signals()), s.flag("popularity", d.terms().popularity())),
        requireNonNullElse(s.section("tasks", t -> tasks(t, schema)), d.tasks()),
        requireNonNullElse(s.section("optimizer", EngineReader::dense), d.optimizer()));
  }

  private static TaskSettings tasks(ConfigSection s, @Nullable Schema schema) {
    TaskSettings d = TaskSettings.defaults();
    List<String> slots = schema == null ? null : TaskSettings.categoriesOf(schema);
    return new TaskSettings(
        s.decimal("label_smoothing", d.labelSmoothing(), TaskSettings.LABEL_SMOOTHING),
        s.names("categories", slots),
        s.decimal("category_weight", d.categoryWeight(), TaskSettings.WEIGHT),
        s.decimalOrNone("click_weight", d.clickWeight(), TaskSettings.WEIGHT),
        s.flag("learned_weights", d.learnedWeights()));
  }

  private static DenseOptimizerOptions dense(ConfigSection s) {
    DenseOptimizerOptions d = DenseOptimizerOptions.defaults();
    return new DenseOptimizerOptions(
        s.decimal("learning_rate", d.learningRate(), DenseRanges.LEARNING_RATE),
        s.decimal("beta1", d.beta1(), DenseRanges.BETA),
        s.decimal("beta2", d.beta2(), DenseRanges.BETA),
        s.decimal("epsilon", d.epsilon(), DenseRanges.EPSILON),
        s.decimal("weight_decay", d.weightDecay(), DenseRanges.WEIGHT_DECAY),
        s.decimal("gradient_norm_max", d.gradientNormMax(), DenseRanges.GRADIENT_NORM_MAX),
        s.integer("warm_up_steps", d.warmUpSteps(), DenseRanges.WARM_UP_STEPS),
        s.integer("decay_steps", d.decaySteps(), DenseRanges.DECAY_STEPS),
        s.integer("full_batch", d.fullBatch(), DenseRanges.FULL_BATCH));
  }

  static TrainingOptions training(ConfigSection s) {
    TrainingOptions d = TrainingOptions.defaults();
    return new TrainingOptions(
        s.integer("batch_events", d.batchEvents(), TrainingOptions.BATCH_EVENTS),
        s.millis("batch_age", d.batchAgeMs(), TrainingOptions.BATCH_AGE_MS),
        s.integer("negatives", d.negatives(), TrainingOptions.NEGATIVES),
        s.integer("full_softmax_items", d.fullSoftmaxItems(), TrainingOptions.FULL_SOFTMAX_ITEMS),
        s.decimal("log_q", d.logQ(), TrainingOptions.LOG_Q),
        s.decimal("newness", d.newness(), TrainingOptions.NEWNESS),
        s.count(
            "newness_decay_events", d.newnessDecayEvents(), TrainingOptions.NEWNESS_DECAY_EVENTS),
        s.number("negative_rate", d.negativeRate(), TrainingOptions.NEGATIVE_RATE),
        s.count(
            "sampling_half_life_events",
            d.samplingHalfLifeEvents(),
            TrainingOptions.SAMPLING_HALF_LIFE_EVENTS),
        s.count(
            "popularity_half_life_events",
            d.popularityHalfLifeEvents(),
            TrainingOptions.POPULARITY_HALF_LIFE_EVENTS),
        s.number("validation_share", d.validationShare(), TrainingOptions.VALIDATION_SHARE),
        s.number("validation_time", d.validationTime(), TrainingOptions.VALIDATION_TIME),
        s.integer("validation_window", d.validationWindow(), TrainingOptions.VALIDATION_WINDOW),
        s.integer(
            "refresh_items_per_batch",
            d.refreshItemsPerBatch(),
            TrainingOptions.REFRESH_ITEMS_PER_BATCH),
        s.seconds("prior_age", d.priorAgeSec(), TrainingOptions.PRIOR_AGE_SEC),
        s.integer(
            "expire_rows_per_batch", d.expireRowsPerBatch(), TrainingOptions.EXPIRE_ROWS_PER_BATCH),
        s.millis("lag", d.lagMs(), TrainingOptions.LAG_MS),
        s.integer("lag_records_min", d.lagRecordsMin(), TrainingOptions.LAG_RECORDS_MIN),
        s.integer("threads", d.threads(), TrainingOptions.THREADS));
  }

  static SessionOptions sessions(ConfigSection s) {
    SessionOptions d = SessionOptions.defaults();
    return new SessionOptions(
        s.integer("max_sessions", d.maxSessions(), SessionOptions.MAX_SESSIONS),
        s.seconds("idle", d.idleSec(), SessionOptions.IDLE_SEC),
        s.integer("max_impressions", d.maxImpressions(), SessionOptions.MAX_IMPRESSIONS),
        s.seconds(
            "impression_window", d.impressionWindowSec(), SessionOptions.IMPRESSION_WINDOW_SEC),
        s.integer(
            "max_late_impressions", d.maxLateImpressions(), SessionOptions.MAX_LATE_IMPRESSIONS),
        s.seconds(
            "impression_lateness",
            d.impressionLatenessSec(),
            SessionOptions.IMPRESSION_LATENESS_SEC),
        s.integer("max_early_events", d.maxEarlyEvents(), SessionOptions.MAX_EARLY_EVENTS),
        s.integer("max_repeats", d.maxRepeats(), SessionOptions.MAX_REPEATS),
        s.seconds("repeat_window", d.repeatWindowSec(), SessionOptions.REPEAT_WINDOW_SEC),
        s.integer("seen_items", d.seenItems(), SessionOptions.SEEN_ITEMS),
        s.bytes("seen_bytes", d.seenBytes(), SessionOptions.SEEN_BYTES),
        s.integer("max_past_sessions", d.maxPastSessions(), SessionOptions.MAX_PAST_SESSIONS),
        s.integer("max_contexts", d.maxContexts(), SessionOptions.MAX_CONTEXTS));
  }

  static CatalogOptions catalog(ConfigSection s) {
    CatalogOptions d = CatalogOptions.defaults();
    return new CatalogOptions(
        s.integer("max_items", d.maxItems(), CatalogOptions.MAX_ITEMS),
        s.bytesOrNone("max_bytes", d.maxBytes(), CatalogOptions.MAX_BYTES),
        s.integer("quarantine_records", d.quarantineRecords(), CatalogOptions.QUARANTINE_RECORDS),
        s.seconds("keep_deleted", d.keepDeletedSec(), CatalogOptions.KEEP_DELETED_SEC),
        s.bytes("deleted_bytes", d.deletedBytes(), CatalogOptions.DELETED_BYTES),
        s.choice("scan", d.scan()),
        s.choice("index", d.index()));
  }

  static LogOptions log(ConfigSection s) {
    LogOptions d = LogOptions.defaults();
    long segmentBytes = s.bytes("segment_bytes", d.segmentBytes(), LogOptions.SEGMENT_BYTES);
    long maxBytes = s.bytesOrNone("max_bytes", d.maxBytes(), LogOptions.MAX_BYTES);
    if (maxBytes != 0 && maxBytes < LogOptions.SEGMENTS_MIN * segmentBytes) {
      s.reject(
          "max_bytes",
          HumanUnits.format(maxBytes)
              + ": expected 0B, or at least four times segment_bytes, "
              + HumanUnits.format(LogOptions.SEGMENTS_MIN * segmentBytes));
      maxBytes = 0;
    }
    return new LogOptions(
        s.choice("kind", d.kind()),
        s.bytes("min_free_bytes", d.minFreeBytes(), LogOptions.MIN_FREE_BYTES),
        segmentBytes,
        maxBytes,
        s.choice("fsync", d.fsync()),
        s.seconds("deduplication_age", d.deduplicationAgeSec(), LogOptions.DEDUPLICATION_AGE_SEC),
        s.integer("deduplication_events", d.deduplicationEvents(), LogOptions.DEDUPLICATION_EVENTS),
        s.integer(
            "max_queued_impressions", d.maxQueuedImpressions(), LogOptions.MAX_QUEUED_IMPRESSIONS),
        s.seconds("journal_age", d.journalAgeSec(), LogOptions.JOURNAL_AGE_SEC),
        requireNonNullElse(s.section("outage_buffer", EngineReader::outage), d.outage()),
        requireNonNullElse(s.section("kafka", EngineReader::kafka), d.kafka()));
  }

  private static OutageOptions outage(ConfigSection s) {
    OutageOptions d = OutageOptions.defaults();
    return new OutageOptions(
        s.bytesOrNone("max_bytes", d.maxBytes(), OutageOptions.MAX_BYTES),
        s.seconds("max_age", d.maxAgeSec(), OutageOptions.MAX_AGE_SEC));
  }

  private static KafkaLogOptions kafka(ConfigSection s) {
    KafkaLogOptions d = KafkaLogOptions.defaults();
    String servers = s.text("bootstrap_servers", d.bootstrapServers());
    String problem = KafkaAddresses.problem(servers);
    if (!problem.isEmpty()) {
      s.reject("bootstrap_servers", problem);
      servers = d.bootstrapServers();
    }
    return new KafkaLogOptions(
        servers,
        s.text("topic", d.topic()),
        topics(s),
        s.integer("max_in_flight", d.maxInFlight(), KafkaLogOptions.MAX_IN_FLIGHT),
        Duration.ofMillis(s.millis("timeout", d.timeout().toMillis(), KafkaLogOptions.TIMEOUT_MS)),
        s.text("client_properties_file", d.clientPropertiesFile()));
  }

  private static KafkaTopicOptions topics(ConfigSection s) {
    KafkaTopicOptions d = KafkaTopicOptions.defaults();
    return new KafkaTopicOptions(
        s.integer(
            "replication_factor", d.replicationFactor(), KafkaTopicOptions.REPLICATION_FACTOR),
        s.integer(
            "min_insync_replicas", d.minInSyncReplicas(), KafkaTopicOptions.MIN_IN_SYNC_REPLICAS),
        (int)
            s.bytes("max_message_bytes", d.maxMessageBytes(), KafkaTopicOptions.MAX_MESSAGE_BYTES),
        s.seconds(
            "parameters_retention",
            d.parametersRetentionSec(),
            KafkaTopicOptions.PARAMETERS_RETENTION_SEC));
  }

  static SnapshotOptions snapshots(ConfigSection s) {
    SnapshotOptions d = SnapshotOptions.defaults();
    return new SnapshotOptions(
        s.seconds("interval", d.intervalSec(), SnapshotOptions.INTERVAL_SEC),
        s.integer("keep", d.keep(), SnapshotOptions.KEEP),
        s.flag("on_close", d.onClose()),
        s.integer("max_deltas", d.maxDeltas(), SnapshotOptions.MAX_DELTAS),
        s.number("compact_share", d.compactShare(), SnapshotOptions.COMPACT_SHARE),
        s.bytes("copy_bytes", d.copyBytes(), SnapshotOptions.COPY_BYTES),
        requireNonNullElse(s.section("store", EngineReader::store), d.store()));
  }

  private static StoreLocation store(ConfigSection s) {
    StoreLocation d = StoreLocation.NONE;
    StoreLocation read =
        new StoreLocation(
            s.text("location", d.location()),
            s.text("endpoint", d.endpoint()),
            s.text("region", d.region()),
            s.flag("path_style", d.pathStyle()),
            s.millis("timeout", d.timeoutMs(), StoreLocation.TIMEOUT_MS));
    if (read.locationProblem().isEmpty()) {
      reject(s, "endpoint", read.endpointProblem());
      reject(s, "region", read.regionProblem());
    } else {
      reject(s, "location", read.locationProblem());
    }
    return read.problem().isEmpty() ? read : d;
  }

  private static void reject(ConfigSection s, String key, String problem) {
    if (!problem.isEmpty()) {
      s.reject(key, problem);
    }
  }
}
