package dev.dolmen.trainer;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.log.EventIdWindow;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.FirstOccurrences;
import dev.dolmen.trainer.log.LogDamagedException;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.log.QuarantinedRecords;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the log record by record and applies each to the learner. Owned by the training thread. */
final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

  /** New items that are encoded together while the log is being read. */
  private static final int CHANGED_ITEMS = 512;

  private final LogTailer tailer;
  private final Learner learner;
  private final Ingest ingest;
  private final Progress progress;
  private final QuarantinedRecords quarantine;
  private final FirstOccurrences first;
  private final StreamHistory history;
  private boolean away;
  private long offset;
  private long records;

  /**
   * @param tailer stands behind everything that {@code learner} has applied
   * @param offset where that is
   * @param quarantine takes records that cannot be applied
   * @param first says which records count
   * @param history told of each record once it is applied
   */
  LogReader(
      LogTailer tailer,
      long offset,
      Learner learner,
      Ingest ingest,
      Progress progress,
      QuarantinedRecords quarantine,
      FirstOccurrences first,
      StreamHistory history) {
    this.history = history;
    this.first = first;
    this.tailer = tailer;
    this.offset = offset;
    this.learner = learner;
    this.ingest = ingest;
    this.progress = progress;
    this.quarantine = quarantine;
  }

  /**
   * Remembers the event ids of what is applied already, before the first {@link #next}.
   *
   * @param behind records that the log holds behind that, at least
   */
  void remember(FeedbackLog log, long behind) throws IOException {
    first.readUpTo(log, offset, behind);
  }

  /** Event ids of what was applied last. */
  EventIdWindow remembered() {
    return first.remembered();
  }

  /** Applies the next record; false if there is none, or the log is away for a while. */
  boolean next() throws IOException {
    if (!read()) {
      return false;
    }
    LogRecord record = apply();
    history.read(record, tailer.bytes(), tailer.length(), tailer.offset());
    offset = tailer.offset();
    records++;
    progress.applied(offset);
    switch (record.getRecordCase()) {
      case UPSERT -> ingest.applied(record.getUpsert().getItemId(), offset);
      case DELETE_ITEM_ID -> ingest.applied(record.getDeleteItemId(), offset);
      case FEEDBACK, IMPRESSION, RECORD_NOT_SET -> {}
    }
    if (learner.changedItems() >= CHANGED_ITEMS) {
      learner.flushChangedItems();
    }
    return true;
  }

  /**
   * Applies the record that was read. One that cannot be applied is left out, by a replay as well,
   * as it fails there, too: what it did until then is a function of the log.
   *
   * @return the record, an empty one if it cannot be decoded or is an event's second
   */
  private LogRecord apply() throws IOException {
    LogRecord record = LogRecord.getDefaultInstance();
    try {
      if (!first.isFirst(tailer)) {
        return record;
      }
      record = LogRecords.parse(tailer.bytes(), tailer.length());
      learner.apply(record, offset, tailer.length());
    } catch (LogUnavailableException | LogDamagedException | UncheckedIOException e) {
      // It is not the record: the log cannot be read.
      throw e;
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      quarantine.add(tailer.offset(), tailer.bytes(), tailer.length(), e);
    }
    return record;
  }

  private boolean read() {
    try {
      boolean more = tailer.next();
      if (away) {
        away = false;
        LOG.info("The feedback log can be read again");
      }
      return more;
    } catch (LogUnavailableException e) {
      if (!away) {
        away = true;
        LOG.warn("The feedback log cannot be read now: {}", e.getMessage());
      }
      return false;
    }
  }

  /** Whether the log was away when it was read last: its end is not known then. */
  boolean isAway() {
    return away;
  }

  /** Offset of the last record applied. */
  long offset() {
    return offset;
  }

  /** Records applied since the engine was opened. */
  long records() {
    return records;
  }
}
