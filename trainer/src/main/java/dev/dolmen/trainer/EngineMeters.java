package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.alternatives.ArmFigures;
import dev.dolmen.trainer.alternatives.RankerFigures;
import dev.dolmen.trainer.impressions.Outcome;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotUploads;
import dev.dolmen.trainer.validation.ClickFigures;
import dev.dolmen.trainer.validation.RankingFigures;
import dev.dolmen.trainer.validation.ValidationFigures;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The engine's meters: read when the registry is read, and not otherwise. */
final class EngineMeters {
  private static final double MS_PER_SEC = 1_000;

  private final Engine engine;
  private final MeterRegistry meters;

  private EngineMeters(Engine engine, MeterRegistry meters) {
    this.engine = engine;
    this.meters = meters;
  }

  static void register(Engine engine, MeterRegistry meters) {
    EngineMeters m = new EngineMeters(engine, meters);
    m.progress();
    m.validation("total", e -> e.learner().validation().total());
    m.validation("window", e -> e.learner().validation().window());
    m.clicks("total", e -> e.learner().validation().clicks());
    m.clicks("window", e -> e.learner().validation().clicksWindow());
    m.tasks();
    m.ingest();
    m.joiner();
    m.snapshots();
    m.table();
    m.arms();
    m.rankers();
  }

  private void progress() {
    gauge("dolmen.model.version", "Batches learned", e -> e.live().published().modelVersion());
    counter(
        "dolmen.events.learned",
        "Feedback events learned",
        e -> e.learner().counts().eventsLearned());
    counter(
        "dolmen.batches.skipped",
        "Batches left out because loss or gradient was not finite",
        e -> e.learner().counts().skippedBatches());
    counter(
        "dolmen.records.inapplicable",
        "Log records whose item was gone or that the schema refused",
        e -> e.learner().counts().stream().inapplicable());
    gauge(
        "dolmen.records.quarantined",
        "Log records that could not be applied, in the data directory's quarantine",
        Engine::quarantinedRecords);
    counter(
        "dolmen.events.flooded",
        "Events not learned because their session had too many about their item",
        e -> e.learner().counts().stream().flooded());
    counter(
        "dolmen.times.clamped",
        "Records whose time was so far ahead that they counted as of event time",
        e -> e.learner().clampedTimes());
    gauge(
        "dolmen.replay.left.records",
        "Records of the log to be replayed before feedback is taken",
        EngineMeters::left);
    gauge("dolmen.lag.records", "Records logged, not learned", e -> e.progress().lag());
    gauge("dolmen.log.bytes", "Bytes of the feedback log", e -> e.bound().bytes());
    gauge("dolmen.log.bytes.max", "Their bound; 0 for none", e -> e.bound().maxBytes());
    gauge(
        "dolmen.deduplication.seconds",
        "Since the oldest event was logged whose id is still recognised",
        e -> e.ingest().deduplicatedSec());
    gauge(
        "dolmen.lag.bound.records",
        "Lag beyond which publishers are held back",
        e -> e.progress().lagBound());
    gauge(
        "dolmen.learning.rate.records",
        "Records learned a second of work",
        e -> e.step().recordsPerSecond());
    gauge(
        "dolmen.freshness.p50.seconds",
        "Logged to visible, median of the last events",
        e -> e.step().freshness().percentileMs(50) / MS_PER_SEC);
    gauge(
        "dolmen.freshness.p99.seconds",
        "Logged to visible, 99th percentile of the last events",
        e -> e.step().freshness().percentileMs(99) / MS_PER_SEC);
    gauge("dolmen.catalog.items", "Items", e -> e.live().catalog().size());
    gauge(
        "dolmen.catalog.bytes",
        "Bytes of the heap that they take",
        e -> e.live().catalog().bytes());
    gauge("dolmen.catalog.bytes.max", "Their bound", e -> e.catalogBytesMax());
    counter(
        "dolmen.fid.collisions",
        "Items whose id has the same 64-bit hash as another's",
        e -> e.live().catalog().fidCollisions());
    gauge("dolmen.sessions", "Sessions", e -> e.live().sessions().size());
    counter(
        "dolmen.sessions.evicted",
        "Sessions that made room for others",
        e -> e.live().sessions().evicted());
    counter(
        "dolmen.sessions.expired",
        "Sessions that ended by idleness",
        e -> e.live().sessions().expired());
  }

  private static double left(Engine engine) {
    ReplayProgress replay = engine.replay();
    return replay == null ? 0 : Math.max(1, replay.totalRecords() - replay.records());
  }

  private void validation(String span, Function<Engine, ValidationFigures> of) {
    ranking("", "the model", span, e -> of.apply(e).model());
    ranking("popularity.", "the most clicked items", span, e -> of.apply(e).popularity());
    ranking("neighbors.", "items visited together", span, e -> of.apply(e).neighbors());
    spanned(
        "dolmen.validation.loss",
        "Mean loss of clicks before they were learned, nats",
        span,
        e -> of.apply(e).loss());
    spanned(
        "dolmen.validation.predictions",
        "Clicks predicted before they were learned",
        span,
        e -> of.apply(e).predictions());
  }

  private void ranking(String by, String whose, String span, Function<Engine, RankingFigures> of) {
    String what = " of clicks before they were learned, by " + whose;
    String name = "dolmen.validation." + by;
    spanned(name + "recall.at.20", "recall@20" + what, span, e -> of.apply(e).recallAt20());
    spanned(name + "mrr.at.20", "mrr@20" + what, span, e -> of.apply(e).mrrAt20());
    spanned(name + "ndcg.at.20", "ndcg@20" + what, span, e -> of.apply(e).ndcgAt20());
  }

  private void tasks() {
    gauge("dolmen.loss", "Mean loss of the last batch, nats", e -> e.learner().lastBatch().loss());
    gauge(
        "dolmen.gradient.norm",
        "Norm of the last batch's dense gradients before the clip",
        e -> e.learner().lastBatch().gradientNorm());
    gauge(
        "dolmen.learning.rate",
        "Of the dense parameters in the last batch",
        e -> e.learner().lastBatch().learningRate());
    List<String> tasks = engine.learner().tasks();
    for (int task = 0; task < tasks.size(); task++) {
      int number = task;
      Gauge.builder("dolmen.task.loss", engine, e -> e.learner().taskLoss(number))
          .description("Mean loss of the last batch, nats")
          .tag("task", tasks.get(task))
          .register(meters);
    }
  }

  private void ingest() {
    counter("dolmen.events.accepted", "Feedback events logged", e -> e.ingest().accepted());
    counter("dolmen.events.duplicate", "Published again", e -> e.ingest().duplicates());
    counter(
        "dolmen.events.repeated",
        "Left out of the log, which held them already",
        Engine::repeatedEvents);
    counter(
        "dolmen.impressions.dropped",
        "Impressions that were not logged",
        e -> e.ingest().droppedImpressions());
  }

  private void snapshots() {
    counter(
        "dolmen.snapshot.failures",
        "Scheduled snapshots that could not be written",
        e -> e.schedule().failures());
    counter(
        "dolmen.snapshot.compactions",
        "Merges of changes into a whole snapshot",
        e -> e.snapshotThreads().compactions());
    counter(
        "dolmen.snapshot.compaction.failures",
        "Merges that could not be done",
        e -> e.snapshotThreads().compactionFailures());
    gauge(
        "dolmen.snapshot.copied.rows",
        "Rows copied for the newest",
        e -> latest(e, SnapshotInfo::copiedRows));
    gauge("dolmen.snapshot.bytes", "Size of the newest", e -> latest(e, SnapshotInfo::bytes));
    gauge(
        "dolmen.snapshot.pause.seconds",
        "Training stood still for the newest",
        e -> latest(e, SnapshotInfo::pauseMs) / MS_PER_SEC);
    gauge(
        "dolmen.snapshot.version",
        "Batches learned by the newest",
        e -> latest(e, SnapshotInfo::modelVersion));
    counter(
        "dolmen.snapshot.store.failures",
        "Attempts to put a snapshot into the store that came to nothing",
        e -> stored(e, SnapshotUploads.Figures::failures));
    counter(
        "dolmen.snapshot.store.bytes",
        "Bytes put into the store",
        e -> stored(e, SnapshotUploads.Figures::bytes));
    gauge(
        "dolmen.snapshot.store.age.seconds",
        "Since the newest was put into the store; 0 before any was",
        e -> stored(e, SnapshotUploads.Figures::ageSec));
    gauge(
        "dolmen.snapshot.store.version",
        "Batches learned by the newest that was put into the store",
        e -> stored(e, SnapshotUploads.Figures::newestBatches));
  }

  private static double stored(Engine engine, ToDoubleFunction<SnapshotUploads.Figures> value) {
    SnapshotUploads.Figures figures = engine.snapshotThreads().store();
    return figures == null ? 0 : value.applyAsDouble(figures);
  }

  private static double latest(Engine engine, ToDoubleFunction<SnapshotInfo> value) {
    SnapshotInfo latest = engine.snapshots().latest();
    return latest == null ? 0 : value.applyAsDouble(latest);
  }

  private void joiner() {
    gauge("dolmen.joiner.waiting", "Waiting", e -> e.learner().impressions().waiting());
    gauge("dolmen.joiner.late.index", "In the log", e -> e.learner().impressions().late());
    gauge("dolmen.joiner.early.waiting", "Early", e -> e.learner().impressions().early());
    for (Outcome outcome : Outcome.values()) {
      counter(
          "dolmen.joiner." + outcome.name().toLowerCase(Locale.ROOT).replace('_', '.'),
          "What became of impressions and events that name one",
          e -> e.learner().impressions().of(outcome));
    }
  }

  private void clicks(String span, Function<Engine, ClickFigures> of) {
    spanned(
        "dolmen.click.scored",
        "Items shown whose chance of a click was held against what came",
        span,
        e -> of.apply(e).scored());
    spanned(
        "dolmen.click.rate", "Share of these that was clicked", span, e -> of.apply(e).clickRate());
    spanned("dolmen.click.chance", "Mean of their chances", span, e -> of.apply(e).meanChance());
    spanned(
        "dolmen.click.auc",
        "Area under the ROC curve of their chances",
        span,
        e -> of.apply(e).auc());
    spanned(
        "dolmen.click.log.loss",
        "Mean log loss of their chances",
        span,
        e -> of.apply(e).logLoss());
    spanned(
        "dolmen.click.calibration.error",
        "Expected calibration error of their chances",
        span,
        e -> of.apply(e).calibrationError());
  }

  private void table() {
    var slots = engine.live().schema().slots();
    for (int slot = 0; slot < slots.size(); slot++) {
      String name = slots.get(slot).name();
      table(slot, name, "rows", "Embedding rows", SlotStatistics::rows);
      table(slot, name, "rows.max", "Their bound", SlotStatistics::maxRows);
      table(slot, name, "bytes", "Bytes of all parts", SlotStatistics::memoryBytes);
      table(slot, name, "bytes.max", "Their bound; 0 for none", SlotStatistics::maxBytes);
      table(slot, name, "bytes.rows", "Bytes of the rows", SlotStatistics::rowsBytes);
      table(slot, name, "bytes.index", "Bytes of the index", SlotStatistics::indexBytes);
      table(
          slot,
          name,
          "bytes.touched",
          "Bytes of the list of changed rows",
          SlotStatistics::touchedBytes);
      table(
          slot,
          name,
          "bytes.filter",
          "Bytes of the counts before admission",
          SlotStatistics::filterBytes);
      tableCount(slot, name, "admitted", "Rows admitted", SlotStatistics::admitted);
      tableCount(slot, name, "filtered", "Occurrences too few for a row", SlotStatistics::filtered);
      tableCount(slot, name, "expired", "Rows not seen for too long", SlotStatistics::expired);
      tableCount(slot, name, "evicted", "Rows that made room", SlotStatistics::evicted);
      tableCount(slot, name, "lookups", "Look-ups", SlotStatistics::lookups);
      tableCount(slot, name, "hits", "Look-ups that found a row", SlotStatistics::hits);
      tableCount(
          slot,
          name,
          "refused.gradients",
          "Gradients that were not finite",
          SlotStatistics::refusedGradients);
    }
  }

  private void arms() {
    List<ArmFigures> arms = engine.arms();
    for (int arm = 0; arm < arms.size(); arm++) {
      String name = arms.get(arm).arm().name();
      perArm(arm, name, "answers", ArmFigures::answers);
      perArm(arm, name, "answers.clicked", ArmFigures::clickedAnswers);
      perArm(arm, name, "clicks", ArmFigures::clicks);
      perArm(arm, name, "click.rate", ArmFigures::clickRate);
      perArm(arm, name, "click.rate.margin", ArmFigures::clickRateMargin);
    }
  }

  /** Gauges, though they only grow: a snapshot brings counts of before the process along. */
  private void perArm(int arm, String name, String what, ToDoubleFunction<ArmFigures> value) {
    Gauge.builder("dolmen.experiment." + what, engine, e -> value.applyAsDouble(e.arms().get(arm)))
        .description("Of the experiment since it began, by arm")
        .tag("experiment", engine.ranking().experiment().name())
        .tag("arm", name)
        .register(meters);
  }

  private void rankers() {
    List<RankerFigures> rankers = engine.rankers().figures();
    for (int i = 0; i < rankers.size(); i++) {
      String name = rankers.get(i).kind().label();
      perRanker(i, name, "clicks", RankerFigures::clicks);
      perRanker(i, name, "predictions", f -> f.ranking().predictions());
      perRanker(i, name, "recall.at.20", f -> f.ranking().recallAt20());
      perRanker(i, name, "mrr.at.20", f -> f.ranking().mrrAt20());
      perRanker(i, name, "ndcg.at.20", f -> f.ranking().ndcgAt20());
      perRanker(i, name, "bytes", RankerFigures::memoryBytes);
    }
  }

  private void perRanker(int i, String name, String what, ToDoubleFunction<RankerFigures> value) {
    Gauge.builder(
            "dolmen.ranker." + what, engine, e -> value.applyAsDouble(e.rankers().figures().get(i)))
        .description("Of a baseline that is kept up beside the model, since the process started")
        .tag("ranker", name)
        .register(meters);
  }

  private void table(
      int slot, String name, String what, String meaning, ToDoubleFunction<SlotStatistics> value) {
    Gauge.builder(
            "dolmen.table." + what,
            engine,
            e -> value.applyAsDouble(e.live().table().statistics(slot)))
        .description(meaning + ", by slot")
        .tag("slot", name)
        .register(meters);
  }

  private void tableCount(
      int slot, String name, String what, String meaning, ToDoubleFunction<SlotStatistics> value) {
    FunctionCounter.builder(
            "dolmen.table." + what,
            engine,
            e -> value.applyAsDouble(e.live().table().statistics(slot)))
        .description(meaning + ", by slot")
        .tag("slot", name)
        .register(meters);
  }

  private void gauge(String name, String description, ToDoubleFunction<Engine> value) {
    Gauge.builder(name, engine, value).description(description).register(meters);
  }

  private void counter(String name, String description, ToDoubleFunction<Engine> value) {
    FunctionCounter.builder(name, engine, value).description(description).register(meters);
  }

  private void spanned(
      String name, String description, String span, ToDoubleFunction<Engine> value) {
    Gauge.builder(name, engine, value).description(description).tag("span", span).register(meters);
  }
}
