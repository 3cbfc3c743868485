package dev.dolmen.traffic.drill;

import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.log.ChronicleFeedbackLog;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.v1.LogRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * What a data directory that no process uses holds, and what has been learned from it.
 *
 * @param hash of everything learned
 * @param eventsLearned feedback events in it
 * @param eventTimeSec the newest event time, seconds since 1970
 * @param waitingImpressions impressions whose window is open
 */
record LearnedState(long hash, long eventsLearned, long eventTimeSec, long waitingImpressions) {
  /**
   * What the log holds.
   *
   * @param times how often each event id stands in it
   * @param newestSec the newest time of an event, seconds since 1970
   * @param impressions in it
   */
  record Logged(Map<String, Integer> times, long newestSec, long impressions) {}

  /** Restores the newest snapshot, learns what the log holds beyond it, and hashes. */
  static LearnedState of(Path config) throws IOException, InterruptedException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Engine engine = Engine.open(load(config).engine(), InstantSource.system(), meters)) {
      long hash = engine.stateHash();
      return new LearnedState(
          hash,
          engine.status().learning().events(),
          engine.live().published().eventTimeSec(),
          engine.status().stream().joiner().waiting());
    }
  }

  /**
   * Whether time is what the events tell, whatever the server's clock was: the drill takes less
   * than a window, so that every impression must still wait for its clicks.
   */
  boolean fits(Logged logged) {
    return eventTimeSec == logged.newestSec && waitingImpressions == logged.impressions;
  }

  /** Reads a log. */
  static Logged logged(Path logDirectory) throws IOException {
    Map<String, Integer> times = new HashMap<>();
    long newestSec = 0;
    long impressions = 0;
    try (FeedbackLog log = new ChronicleFeedbackLog(logDirectory, 1L << 30, 0, false);
        LogTailer tailer = log.tailer(0)) {
      while (tailer.next()) {
        LogRecord record = LogRecord.parseFrom(ByteBuffer.wrap(tailer.bytes(), 0, tailer.length()));
        if (record.hasFeedback()) {
          times.merge(record.getFeedback().getEventId(), 1, Integer::sum);
          newestSec =
              Math.max(newestSec, SessionStep.timeMs(record.getFeedback().getTime()) / 1_000);
        }
        impressions += record.hasImpression() ? 1 : 0;
      }
    }
    return new Logged(times, newestSec, impressions);
  }

  private static DolmenConfig load(Path config) throws IOException {
    try {
      return DolmenConfig.load(config, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
