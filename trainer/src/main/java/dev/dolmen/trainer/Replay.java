package dev.dolmen.trainer;

import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a restored learner up to the end of the journal: the same records in the same batches as
 * before, so the same state. What the log holds beyond the journal is left to the training loop.
 */
final class Replay {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

  private final FeedbackLog log;
  private final BatchJournal journal;

  Replay(FeedbackLog log, BatchJournal journal) {
    this.log = log;
    this.journal = journal;
  }

  /**
   * Replays every journalled batch.
   *
   * @param offset the learner has applied everything up to this
   * @return the offset up to which it has then
   */
  long run(Learner learner, long offset) throws IOException {
    ArrayDeque<BatchJournal.Entry> batches = journal.after(learner.batches());
    while (!batches.isEmpty() && batches.getLast().lastOffset() > log.lastOffset()) {
      LOG.warn(
          "Batch {} ends at log offset {}, the log at {}: learned anew",
          batches.getLast().number(),
          batches.getLast().lastOffset(),
          log.lastOffset());
      batches.removeLast();
    }
    if (!batches.isEmpty()) {
      LOG.info(
          "Replaying batches {} to {}", batches.getFirst().number(), batches.getLast().number());
    }
    long applied = offset;
    try (LogTailer tailer = log.tailer(offset)) {
      for (BatchJournal.Entry batch : batches) {
        while (applied < batch.lastOffset() && tailer.next()) {
          LogRecord record = LogRecords.parse(tailer.bytes(), tailer.length());
          learner.apply(record, applied, tailer.length());
          applied = tailer.offset();
        }
        if (applied != batch.lastOffset()) {
          throw new IOException(
              "batch "
                  + batch.number()
                  + " ends at log offset "
                  + batch.lastOffset()
                  + ", no record is there: the log is damaged");
        }
        learner.learn();
      }
    }
    return applied;
  }

  /** Records after {@code offset}. */
  long count(long offset) {
    long records = 0;
    try (LogTailer tailer = log.tailer(offset)) {
      while (tailer.next()) {
        records++;
      }
    }
    return records;
  }
}
