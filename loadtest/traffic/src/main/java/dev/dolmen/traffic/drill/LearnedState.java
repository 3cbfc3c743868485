package dev.dolmen.traffic.drill;

import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.log.ChronicleFeedbackLog;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
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
 */
record LearnedState(long hash, long eventsLearned) {
  /** Restores the newest snapshot, learns what the log holds beyond it, and hashes. */
  static LearnedState of(Path config) throws IOException, InterruptedException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Engine engine = Engine.open(load(config).engine(), InstantSource.system(), meters)) {
      long hash = engine.stateHash();
      return new LearnedState(hash, engine.status().learning().events());
    }
  }

  /** How often each event id stands in the log. */
  static Map<String, Integer> logged(Path logDirectory) throws IOException {
    Map<String, Integer> times = new HashMap<>();
    try (FeedbackLog log = new ChronicleFeedbackLog(logDirectory, 1L << 30, 0, false);
        LogTailer tailer = log.tailer(0)) {
      while (tailer.next()) {
        LogRecord record = LogRecord.parseFrom(ByteBuffer.wrap(tailer.bytes(), 0, tailer.length()));
        if (record.hasFeedback()) {
          times.merge(record.getFeedback().getEventId(), 1, Integer::sum);
        }
      }
    }
    return times;
  }

  private static DolmenConfig load(Path config) throws IOException {
    try {
      return DolmenConfig.load(config, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
