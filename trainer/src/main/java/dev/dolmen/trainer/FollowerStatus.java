package dev.dolmen.trainer;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.store.ReceivedRows;
import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.LearningFigures;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.validation.ValidationReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Figures of a server that follows: those of learning are the trainer's to give. */
final class FollowerStatus {
  private FollowerStatus() {}

  static EngineStatus of(
      Follower follower,
      FollowingLoop loop,
      StreamState stream,
      ReceivedRows rows,
      ItemVectors vectors,
      FeedbackLog log,
      Progress progress) {
    Published published = follower.live().published();
    long end = log.lastOffset();
    EngineStatus.Progress far =
        new EngineStatus.Progress(
            published.modelVersion(),
            end,
            loop.appliedOffset(),
            published.learnedLogOffset(),
            Math.max(0, end - published.learnedLogOffset()),
            null,
            progress.failure());
    List<SlotStatistics> slots = new ArrayList<>();
    long rowBytes = 0;
    for (int slot = 0; slot < rows.slots(); slot++) {
      slots.add(rows.statistics(slot));
      rowBytes += slots.getLast().memoryBytes();
    }
    Map<String, Long> bytes = new HashMap<>(stream.memoryBytes());
    bytes.put("table", rowBytes);
    bytes.putAll(follower.history().memoryBytes());
    bytes.put("item_vectors", stream.catalog().indexLimit() * vectors.itemBytes());
    Runtime runtime = Runtime.getRuntime();
    bytes.put("heap", runtime.totalMemory() - runtime.freeMemory());
    ValidationReader none = follower.options().training().noValidation();
    return new EngineStatus(
        far,
        EngineStatus.Pace.NONE,
        new EngineStatus.Stream(
            stream.catalog().size(),
            stream.sessions().size(),
            published.eventTimeSec(),
            new ImpressionJoiner.Figures(0, 0, 0, Map.of())),
        new EngineStatus.Learning(loop.eventsLearned(), 0, 0, new LearningFigures(0, 0, 0)),
        new EngineStatus.Quality(0, none.total(), none.window(), List.of(), List.of(), 1),
        new EngineStatus.Clicks(none.clicks(), none.clicksWindow()),
        new EngineStatus.Memory(List.copyOf(slots), Map.copyOf(bytes)),
        null);
  }
}
