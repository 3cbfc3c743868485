package dev.dolmen.trainer;

import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogDamagedException;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns again what a start finds beyond the snapshot: first the batches that the journal names, to
 * be formed from the same records, so that the state comes out the same; then what the log held
 * beyond them, which is cut into batches of its own. When all of it is learned, events and changes
 * are taken. What others see follows, and snapshots are taken, as they are later. Made when the
 * engine is opened, then owned by the training thread.
 */
final class ReplayLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayLoop.class);

  /** Pause before a log that is away is asked again. */
  private static final long AWAY_MS = 100;

  private final FeedbackLog feedback;
  private final LogReader log;
  private final TrainingStep step;
  private final TrainingRequests requests;
  private final Ingest ingest;
  private final Progress progress;
  private final ArrayDeque<BatchJournal.Entry> batches;
  private final @Nullable Standby standby;

  /** Offset of the log's last record when the engine was opened. */
  private final long end;

  /**
   * @param learned batches that the restored state has learned
   * @param standby waits until this process may cut batches; null if it always may
   * @throws IOException if the journal is damaged, and that cannot be noted
   */
  ReplayLoop(
      FeedbackLog feedback,
      BatchJournal journal,
      long learned,
      LogReader log,
      TrainingStep step,
      TrainingRequests requests,
      Ingest ingest,
      Progress progress,
      @Nullable Standby standby)
      throws IOException {
    this.standby = standby;
    this.feedback = feedback;
    this.log = log;
    this.step = step;
    this.requests = requests;
    this.ingest = ingest;
    this.progress = progress;
    end = feedback.lastOffset();
    batches = journal.after(learned);
    dropBeyond(end);
    if (!batches.isEmpty()) {
      LOG.info(
          "Replaying batches {} to {}", batches.getFirst().number(), batches.getLast().number());
    }
  }

  /** A power cut may have taken records that the journal names. */
  private void dropBeyond(long lastOffset) {
    while (!batches.isEmpty() && batches.getLast().lastOffset() > lastOffset) {
      LOG.warn(
          "Batch {} ends at log offset {}, the log at {}: learned from what there is",
          batches.getLast().number(),
          batches.getLast().lastOffset(),
          lastOffset);
      batches.removeLast();
    }
  }

  /**
   * Learns all of it.
   *
   * @return false if the engine is to stop before the end; it stands between two batches then, or,
   *     if it is to stop at once, anywhere
   * @throws IOException if the log is damaged
   */
  boolean run() throws IOException, InterruptedException {
    long records = countRecords();
    progress.found(records);
    log.remember(feedback, records);
    return (standby == null ? replayJournal() : standBy(standby)) && replayRest();
  }

  /** Learns the batches that others have cut, until this process leads. */
  private boolean standBy(Standby with) throws IOException, InterruptedException {
    return with.run(batches, log.offset(), this::learnAs, requests::isStopping);
  }

  /** Learns a batch that others have cut, or this process before. */
  private boolean learnAs(long number, long lastOffset) throws IOException {
    step.betweenBatches();
    BatchJournal.Entry batch = new BatchJournal.Entry(number, lastOffset, 0);
    if (requests.isStopping() || !awaitUpTo(lastOffset) || !readUpTo(batch)) {
      return false;
    }
    step.learnAs(number);
    return true;
  }

  private boolean replayJournal() throws IOException {
    for (BatchJournal.Entry batch = batches.poll(); batch != null; batch = batches.poll()) {
      step.betweenBatches();
      if (requests.isStopping() || !readUpTo(batch)) {
        return false;
      }
      step.learnAgain(batch.place());
    }
    step.endOfJournal();
    return true;
  }

  /** Whoever cut the batch has read it; here it may take a moment more. False to stop. */
  private boolean awaitUpTo(long lastOffset) throws IOException {
    while (log.offset() < lastOffset) {
      if (requests.isStopping()) {
        return false;
      }
      if (!log.next() && log.isAway()) {
        progress.sleep(AWAY_MS, requests::isStopping);
      }
    }
    return true;
  }

  /** Applies the records of a batch; false if the engine is to stop at once. */
  private boolean readUpTo(BatchJournal.Entry batch) throws IOException {
    boolean more = true;
    while (more && log.offset() < batch.lastOffset()) {
      if (requests.stopsNow()) {
        return false;
      }
      more = log.next() || log.isAway();
      if (log.isAway()) {
        progress.sleep(AWAY_MS, requests::stopsNow);
      }
    }
    if (log.offset() != batch.lastOffset()) {
      throw new IOException(
          "batch "
              + batch.number()
              + " ends at log offset "
              + batch.lastOffset()
              + ", no record is there: the log is damaged");
    }
    return true;
  }

  /** What the journal does not name; a batch ends with the log, whatever the clock says of it. */
  private boolean replayRest() throws IOException {
    while (!requests.stopsNow()) {
      TrainingStep.Reached reached = step.step(true);
      if (reached == TrainingStep.Reached.ALL_LEARNED && requests.stopsWhenLearned()) {
        return false;
      }
      boolean atEnd = reached != TrainingStep.Reached.MORE;
      boolean all = log.offset() >= end || (atEnd && !log.isAway());
      if (all && step.nothingPending()) {
        step.publish();
        ingest.open(log.remembered());
        progress.replayed();
        return true;
      }
      if (atEnd) {
        step.idle();
      }
    }
    return false;
  }

  /**
   * Records that the log held beyond the snapshot when the engine was opened. A log that is away is
   * waited for.
   */
  private long countRecords() throws InterruptedException {
    long records = 0;
    long offset = log.offset();
    boolean said = false;
    try (LogTailer tailer = feedback.tailer(offset)) {
      while (offset < end && !requests.isStopping()) {
        try {
          if (!tailer.next()) {
            break;
          }
          offset = tailer.offset();
          records += offset <= end ? 1 : 0;
        } catch (LogDamagedException e) {
          LOG.debug("Counted up to where the log is damaged", e);
          break;
        } catch (LogUnavailableException e) {
          if (!said) {
            LOG.warn("The feedback log cannot be read now: {}", e.getMessage());
          }
          said = true;
          Thread.sleep(AWAY_MS);
        }
      }
    }
    return records;
  }
}
