package dev.dolmen.trainer;

import dev.dolmen.trainer.joiner.LoggedImpressions;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads impressions back from the feedback log, which keeps those that the joiner may ask for. */
final class ImpressionLog implements LoggedImpressions {
  private final FeedbackLog log;

  ImpressionLog(FeedbackLog log) {
    this.log = log;
  }

  @Override
  public @Nullable Impression after(long before) {
    try (LogTailer tailer = log.tailer(before)) {
      LogRecord record = tailer.next() ? LogRecords.parse(tailer.bytes(), tailer.length()) : null;
      return record != null && record.hasImpression() ? record.getImpression() : null;
    } catch (IOException | IllegalStateException e) {
      // Of another log: a directory that was restored from a snapshot has none of before it.
      return null;
    }
  }
}
