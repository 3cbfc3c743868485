package dev.dolmen.trainer;

import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start has to learn again: the batches that the journal names after those of the snapshot,
 * to be formed from the same records, so that the state comes out the same; and what the log held
 * beyond them, which is cut anew. Made when the engine is opened, then owned by the training
 * thread.
 */
final class Replay {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
  private static final long RETRY_MS = 100;

  private final FeedbackLog log;
  private final ArrayDeque<BatchJournal.Entry> batches;
  private final long from;
  private final long end;

  /**
   * @param learned batches that the restored state has learned
   * @param from the restored state has applied the log up to this offset
   */
  Replay(FeedbackLog log, BatchJournal journal, long learned, long from) {
    this.log = log;
    this.from = from;
    batches = journal.after(learned);
    end = log.lastOffset();
    while (!batches.isEmpty() && batches.getLast().lastOffset() > end) {
      LOG.warn(
          "Batch {} ends at log offset {}, the log at {}: learned anew",
          batches.getLast().number(),
          batches.getLast().lastOffset(),
          end);
      batches.removeLast();
    }
    if (!batches.isEmpty()) {
      LOG.info(
          "Replaying batches {} to {}", batches.getFirst().number(), batches.getLast().number());
    }
  }

  /** Offset of the log's last record when the engine was opened. */
  long end() {
    return end;
  }

  /** Takes the next batch of the journal; null when all are taken. */
  BatchJournal.@Nullable Entry next() {
    return batches.poll();
  }

  /**
   * Records that the log held beyond the snapshot when the engine was opened. A log that is away is
   * waited for.
   *
   * @param stop ends the count early
   */
  long count(BooleanSupplier stop) throws InterruptedException {
    long records = 0;
    long offset = from;
    try (LogTailer tailer = log.tailer(from)) {
      while (offset < end && !stop.getAsBoolean()) {
        try {
          if (!tailer.next()) {
            break;
          }
          offset = tailer.offset();
          records += offset <= end ? 1 : 0;
        } catch (LogUnavailableException e) {
          LOG.warn("The feedback log cannot be read now: {}", e.getMessage());
          Thread.sleep(RETRY_MS);
        }
      }
    }
    return records;
  }
}
