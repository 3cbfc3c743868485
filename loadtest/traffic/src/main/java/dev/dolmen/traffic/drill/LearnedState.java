package dev.dolmen.traffic.drill;

import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.log.ChronicleFeedbackLog;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.state.EventClock;
import dev.dolmen.v1.LogRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a data directory that no process uses holds, and what has been learned from it.
 *
 * @param hash of everything learned
 * @param eventsLearned feedback events in it
 * @param eventTimeSec the newest event time, seconds since 1970
 * @param waitingImpressions impressions whose window is open
 * @param windowMs how long that is
 */
record LearnedState(
    long hash, long eventsLearned, long eventTimeSec, long waitingImpressions, long windowMs) {
  /**
   * What the log holds.
   *
   * @param times how often each event id stands in it
   * @param newestSec the newest time of an event, seconds since 1970
   * @param aheadMs of each impression, by how much its time is beyond that of every event before it
   */
  record Logged(Map<String, Integer> times, long newestSec, List<Long> aheadMs) {}

  /** Restores the newest snapshot, learns what the log holds beyond it, and hashes. */
  static LearnedState of(Path config) throws IOException, InterruptedException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    EngineOptions options = DrillConfig.load(config).engine();
    try (Engine engine = Engine.open(options, InstantSource.system(), meters)) {
      long hash = engine.stateHash();
      return new LearnedState(
          hash,
          engine.status().learning().events(),
          engine.live().published().eventTimeSec(),
          engine.status().stream().joiner().waiting(),
          options.sessions().impressionWindowSec() * 1_000);
    }
  }

  /**
   * Whether time is what the events tell, whatever the server's clock was: the drill takes less
   * than a window, so that every impression must still wait for its clicks. But for one that was
   * shown long ago by the word of a clock that was set back: its clicks come late. And but for a
   * clock that was ahead by more than a window and by no more than a record may move time: that is
   * believed, and ends windows.
   */
  boolean fits(Logged logged) {
    long believedMs = EventClock.STEP.toMillis() + windowMs;
    boolean believed = logged.aheadMs.stream().anyMatch(ms -> ms > windowMs && ms <= believedMs);
    long recent = logged.aheadMs.stream().filter(ms -> ms > -windowMs / 2).count();
    return eventTimeSec == logged.newestSec
        && (believed
            || (waitingImpressions >= recent && waitingImpressions <= logged.aheadMs.size()));
  }

  /** Reads a log. */
  static Logged logged(Path logDirectory) throws IOException {
    Map<String, Integer> times = new HashMap<>();
    long newestMs = 0;
    List<Long> aheadMs = new ArrayList<>();
    try (FeedbackLog log = new ChronicleFeedbackLog(logDirectory, 1L << 30, 0, false);
        LogTailer tailer = log.tailer(0)) {
      while (tailer.next()) {
        LogRecord record = LogRecord.parseFrom(ByteBuffer.wrap(tailer.bytes(), 0, tailer.length()));
        if (record.hasFeedback()) {
          times.merge(record.getFeedback().getEventId(), 1, Integer::sum);
          newestMs = Math.max(newestMs, SessionStep.timeMs(record.getFeedback().getTime()));
        } else if (record.hasImpression()) {
          aheadMs.add(SessionStep.timeMs(record.getImpression().getTime()) - newestMs);
        }
      }
    }
    return new Logged(times, newestMs / 1_000, aheadMs);
  }
}
