package dev.dolmen.trainer.alternatives;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogDamagedException;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Teaches baselines what a snapshot does not hold of them: they are not part of the state, so after
 * a start they learn again from what there is of the time before the snapshot. That is the last
 * records of the log, which are kept for event ids in any case, and before them the sessions that
 * the snapshot remembers from before those records (all of them, where history was learned without
 * a log). What was logged after the snapshot comes with its replay. Training thread.
 */
public final class RelearnedClicks {
  private static final Logger LOG = LoggerFactory.getLogger(RelearnedClicks.class);

  /** Clicks taken before they are taught; batches are as large. */
  private static final int CHUNK = 256;

  private final FeedbackLog log;
  private final StreamState stream;
  private final OnlineRankers rankers;
  private final BooleanSupplier stop;
  private long sessionClicks;
  private long logClicks;

  /**
   * @param stream as the snapshot has it
   * @param stop ends it early
   */
  public RelearnedClicks(
      FeedbackLog log, StreamState stream, OnlineRankers rankers, BooleanSupplier stop) {
    this.log = log;
    this.stream = stream;
    this.rankers = rankers;
    this.stop = stop;
  }

  /**
   * Teaches.
   *
   * @param upTo offset of the last record before the replay
   * @param records of the log that are looked at, at most, the last ones
   */
  public void teach(long upTo, int records) {
    try {
      fromSessions(firstEventMs(upTo, records));
      fromLog(upTo, records);
      LOG.info(
          "Baselines have learned {} clicks of the log again, {} of older sessions",
          logClicks,
          sessionClicks);
    } catch (LogUnavailableException | LogDamagedException | IOException e) {
      LOG.warn("Baselines have learned {} clicks again, no more", logClicks + sessionClicks, e);
    } finally {
      rankers.learn();
    }
  }

  /** Event time of the first event among the records; {@link Long#MAX_VALUE} without any. */
  private long firstEventMs(long upTo, int records) throws IOException {
    try (LogTailer tailer = log.tailerOfLast(records)) {
      while (records > 0 && tailer.next() && tailer.offset() <= upTo) {
        LogRecord record = record(tailer);
        if (record.hasFeedback()) {
          return SessionStep.timeMs(record.getFeedback().getTime());
        }
      }
    }
    return Long.MAX_VALUE;
  }

  /** One that cannot be decoded is in quarantine, and no event. */
  private static LogRecord record(LogTailer tailer) throws IOException {
    try {
      return LogRecords.parse(tailer.bytes(), tailer.length());
    } catch (InvalidProtocolBufferException e) {
      return LogRecord.getDefaultInstance();
    }
  }

  private void fromSessions(long beforeMs) {
    stream
        .sessions()
        .forEach((id, history) -> {
          if (history.lastMs() < beforeMs && !stop.getAsBoolean()) {
            teach(id, history);
          }
        });
  }

  private void teach(String id, SessionHistory history) {
    for (int i = 0; i < history.length(); i++) {
      if (stream.catalog().item(history.item(i)) != null) {
        remember(id, history.item(i), history.timeMs(i));
        sessionClicks++;
      }
    }
  }

  private void fromLog(long upTo, int records) throws IOException {
    try (LogTailer tailer = log.tailerOfLast(records)) {
      while (records > 0 && tailer.next() && tailer.offset() <= upTo && !stop.getAsBoolean()) {
        LogRecord record = record(tailer);
        if (record.hasFeedback()) {
          teach(record.getFeedback());
        }
      }
    }
  }

  private void teach(FeedbackEvent event) {
    int item = stream.catalog().indexOf(event.getItemId());
    if (item >= 0 && SessionStep.isStep(event.getType())) {
      remember(event.getSessionId(), item, SessionStep.timeMs(event.getTime()));
      logClicks++;
    }
  }

  private void remember(String session, int item, long timeMs) {
    rankers.remember(session, item, Math.min(timeMs, stream.clock().nowMs()));
    if (rankers.waiting() >= CHUNK) {
      rankers.learn();
    }
  }
}
