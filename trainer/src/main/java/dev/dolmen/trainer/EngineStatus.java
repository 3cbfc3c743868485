package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LearnerCounts;
import dev.dolmen.trainer.learn.LearningFigures;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.signals.PriorCheck;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.validation.ClickFigures;
import dev.dolmen.trainer.validation.SliceFigures;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.trainer.validation.ValidationReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a running engine, or of a snapshot that is read, each current when it was read.
 *
 * @param progress how far log, replay and learning are
 * @param pace how fast it learns
 * @param stream what is remembered of the stream
 * @param learning what the model has learned
 * @param quality how well it predicts the next item
 * @param clicks how well it predicts clicks on what is shown
 * @param memory what takes how much memory
 * @param latestSnapshot the newest durable snapshot of this or an earlier run
 */
public record EngineStatus(
    Progress progress,
    Pace pace,
    Stream stream,
    Learning learning,
    Quality quality,
    Clicks clicks,
    Memory memory,
    @Nullable SnapshotInfo latestSnapshot) {
  /**
   * How far log, replay and learning are.
   *
   * @param modelVersion batches learned since the model was born
   * @param logOffset last record of the log; 0 if there is none
   * @param appliedLogOffset catalogue changes up to this are visible
   * @param learnedLogOffset feedback up to this is learned and visible
   * @param lagRecords records logged and not yet learned
   * @param replay how far the start is with learning the log again; null when it is done
   * @param failure why the training thread stopped, if it did; the engine then refuses feedback
   */
  public record Progress(
      long modelVersion,
      long logOffset,
      long appliedLogOffset,
      long learnedLogOffset,
      long lagRecords,
      @Nullable ReplayProgress replay,
      @Nullable String failure) {}

  /**
   * How fast the engine learns.
   *
   * @param recordsPerSecond log records learned in a second of work, recently
   * @param freshnessP50Ms median milliseconds from a logged event to recommendations made with it
   * @param freshnessP99Ms 99th percentile of the same
   */
  public record Pace(double recordsPerSecond, double freshnessP50Ms, double freshnessP99Ms) {
    /** Of what is not learned on. */
    public static final Pace NONE = new Pace(0, 0, 0);
  }

  /**
   * What is remembered of the stream.
   *
   * @param catalogItems items in the catalogue
   * @param sessions sessions remembered
   * @param eventTimeSec newest event time seen, seconds since 1970
   * @param joiner what became of impressions
   */
  public record Stream(
      int catalogItems, int sessions, long eventTimeSec, ImpressionJoiner.Figures joiner) {}

  /**
   * What the model has learned.
   *
   * @param events feedback events learned since the model was born
   * @param floodedEvents events not learned because their session had too many about their item
   * @param skippedBatches batches left out because loss or gradient was not finite
   * @param lastBatch the last batch learned
   */
  public record Learning(
      long events, long floodedEvents, long skippedBatches, LearningFigures lastBatch) {}

  /**
   * Progressive validation of the next item.
   *
   * @param seen predictions that there were since the model was born
   * @param total over those of them that were scored
   * @param window over the last that were scored
   * @param slices since the model was born, by age and popularity of the item
   * @param popularity clicks that items' popularity claimed, and those that came
   * @param popularityShape shape of the distribution from which items are taken to have their rates
   */
  public record Quality(
      long seen,
      ValidationFigures total,
      ValidationFigures window,
      List<SliceFigures> slices,
      List<PriorCheck.Bin> popularity,
      double popularityShape) {}

  /**
   * Validation of the chances of clicks.
   *
   * @param total since the model was born
   * @param window over the last items shown
   */
  public record Clicks(ClickFigures total, ClickFigures window) {}

  /**
   * What takes how much memory.
   *
   * @param slots figures of each slot's table, in schema order
   * @param bytes in use by part
   */
  public record Memory(List<SlotStatistics> slots, Map<String, Long> bytes) {}

  /**
   * Figures of an engine. Any thread.
   *
   * @param logOffset of the last record of its log
   * @param eventIdBytes of the heap that event ids take
   */
  static EngineStatus of(Engine engine, long logOffset, long eventIdBytes) {
    Map<String, Long> besides = new HashMap<>(engine.history().memoryBytes());
    besides.put("event_ids", eventIdBytes);
    Published published = engine.live().published();
    Progress far =
        new Progress(
            published.modelVersion(),
            logOffset,
            engine.progress().appliedOffset(),
            published.learnedLogOffset(),
            engine.progress().lag(),
            engine.progress().replay(),
            engine.progress().failure());
    TrainingStep step = engine.step();
    Pace pace =
        new Pace(
            step.recordsPerSecond(),
            step.freshness().percentileMs(50),
            step.freshness().percentileMs(99));
    return of(engine.learner(), far, pace, besides, engine.snapshots().latest());
  }

  /**
   * Figures of a learner, with what only its owner knows. Any thread.
   *
   * @param besides bytes of the heap by part, of what is no part of the learner
   */
  static EngineStatus of(
      Learner learner,
      Progress progress,
      Pace pace,
      Map<String, Long> besides,
      @Nullable SnapshotInfo latest) {
    Map<String, Long> memory = new HashMap<>(learner.memoryBytes());
    memory.putAll(besides);
    LearnerCounts counts = learner.counts();
    ValidationReader validation = learner.validation();
    return new EngineStatus(
        progress,
        pace,
        new Stream(
            learner.stream().catalog().size(),
            learner.stream().sessions().size(),
            counts.stream().eventTimeMs() / 1_000,
            learner.impressions()),
        new Learning(
            counts.eventsLearned(),
            counts.stream().flooded(),
            counts.skippedBatches(),
            learner.lastBatch()),
        new Quality(
            validation.seen(),
            validation.total(),
            validation.window(),
            validation.slices(),
            learner.stream().priorCheck().bins(),
            learner.stream().priorShape().shape()),
        new Clicks(validation.clicks(), validation.clicksWindow()),
        new Memory(learner.slotStatistics(), Map.copyOf(memory)),
        latest);
  }
}
