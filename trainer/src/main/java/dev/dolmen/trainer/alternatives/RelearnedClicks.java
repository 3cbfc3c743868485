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
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Teaches baselines what a snapshot does not hold of them: they are not part of the state, so after
 * a start they learn again from what there is of the time before the snapshot. That is the last
 * records of the log, which are kept for event ids in any case; before them what the sessions that
 * the snapshot remembers did before those records; and before these the {@link HistoryClicks} that
 * were learned without a log. What was logged after the snapshot comes with its replay. Training
 * thread.
 */
public final class RelearnedClicks {
  private static final Logger LOG = LoggerFactory.getLogger(RelearnedClicks.class);

  /** Clicks taken before they are taught; batches are as large. */
  private static final int CHUNK = 256;

  private final Path directory;
  private final FeedbackLog log;
  private final StreamState stream;
  private final OnlineRankers rankers;
  private final BooleanSupplier stop;
  private long historyEndSec = Long.MIN_VALUE;
  private long historyClicks;
  private long sessionClicks;
  private long logClicks;

  /**
   * @param directory of the data
   * @param stream as the snapshot has it
   * @param stop ends it early
   */
  public RelearnedClicks(
      Path directory,
      FeedbackLog log,
      StreamState stream,
      OnlineRankers rankers,
      BooleanSupplier stop) {
    this.directory = directory;
    this.log = log;
    this.stream = stream;
    this.rankers = rankers;
    this.stop = stop;
  }

  /**
   * Teaches.
   *
   * @param upTo offset of the last record before the replay
   * @param records of the log that are looked at, at most, the last ones; and clicks of history
   */
  public void teach(long upTo, int records) {
    try {
      fromHistory(records);
      fromSessions(firstEventMs(upTo, records));
      fromLog(upTo, records);
      LOG.info(
          "Baselines have learned {} clicks of the log again, {} of older sessions, {} of history",
          logClicks,
          sessionClicks,
          historyClicks);
    } catch (LogUnavailableException | LogDamagedException | IOException e) {
      long all = logClicks + sessionClicks + historyClicks;
      LOG.warn("Baselines have learned {} clicks again, no more", all, e);
    } finally {
      rankers.learn();
    }
  }

  /** Goes on without it where it is damaged: the rest is worth learning without it. */
  private void fromHistory(int last) {
    try {
      HistoryClicks.read(directory, last, this::teach);
    } catch (IOException e) {
      LOG.warn("Baselines go without the clicks of learned history: {}", e.getMessage());
    }
  }

  private void teach(long session, String itemId, long timeSec) {
    historyEndSec = Math.max(historyEndSec, timeSec);
    int item = stream.catalog().indexOf(itemId);
    if (item >= 0 && !stop.getAsBoolean()) {
      rankers.remember(session, item, Math.min(timeSec, nowSec()));
      historyClicks++;
      learnChunk();
    }
  }

  private long nowSec() {
    return Math.floorDiv(stream.clock().nowMs(), 1_000);
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
      boolean ofHistory = Math.floorDiv(history.timeMs(i), 1_000) <= historyEndSec;
      if (!ofHistory && stream.catalog().item(history.item(i)) != null) {
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
    learnChunk();
  }

  private void learnChunk() {
    if (rankers.waiting() >= CHUNK) {
      rankers.learn();
    }
  }
}
