package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.learn.LearningFigures;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.validation.ClickFigures;
import dev.dolmen.trainer.validation.SliceFigures;
import dev.dolmen.trainer.validation.ValidationFigures;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a running engine, each current when it was read.
 *
 * @param modelVersion batches learned since the model was born
 * @param logOffset last record of the log; 0 if there is none
 * @param appliedLogOffset catalogue changes up to this are visible
 * @param learnedLogOffset feedback up to this is learned and visible
 * @param catalogItems items in the catalogue
 * @param sessions sessions remembered
 * @param eventsLearned feedback events learned since the model was born
 * @param eventsPerSecond feedback events learned a second, of late
 * @param lagRecords records logged and not yet learned
 * @param skippedBatches batches left out because loss or gradient was not finite
 * @param eventTimeSec newest event time seen, seconds since 1970
 * @param total validation since the model was born
 * @param window validation over the last predictions
 * @param slices validation since the model was born by age and popularity of the item
 * @param clicks validation of the chances of clicks since the model was born
 * @param clicksWindow the same of late
 * @param lastBatch the last batch learned
 * @param floodedEvents events not learned because their session had too many about their item
 * @param slots figures of each slot's table, in schema order
 * @param freshnessP50Ms median milliseconds from a logged event to recommendations made with it
 * @param freshnessP99Ms 99th percentile of the same
 * @param joiner what became of impressions
 * @param latestSnapshot the newest durable snapshot of this or an earlier run
 * @param memoryBytes bytes in use by part
 * @param replay how far the start is with learning the log again; null when it is done
 * @param failure why the training thread stopped, if it did; the engine then refuses feedback
 */
public record EngineStatus(
    long modelVersion,
    long logOffset,
    long appliedLogOffset,
    long learnedLogOffset,
    int catalogItems,
    int sessions,
    long eventsLearned,
    double eventsPerSecond,
    long lagRecords,
    long skippedBatches,
    long eventTimeSec,
    ValidationFigures total,
    ValidationFigures window,
    List<SliceFigures> slices,
    ClickFigures clicks,
    ClickFigures clicksWindow,
    LearningFigures lastBatch,
    long floodedEvents,
    List<SlotStatistics> slots,
    double freshnessP50Ms,
    double freshnessP99Ms,
    ImpressionJoiner.Figures joiner,
    @Nullable SnapshotInfo latestSnapshot,
    Map<String, Long> memoryBytes,
    @Nullable ReplayProgress replay,
    @Nullable String failure) {}
