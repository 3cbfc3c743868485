package dev.dolmen.trainer.impressions;

import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads impressions back from the feedback log, which keeps those that the joiner may ask for. What
 * is read decides what is learned, so a log that is away is waited for: a replay would find the
 * impression.
 */
public final class ImpressionLog implements LoggedImpressions {
  private static final Logger LOG = LoggerFactory.getLogger(ImpressionLog.class);
  private static final long RETRY_MS = 100;

  private final FeedbackLog log;
  private volatile boolean ending;

  public ImpressionLog(FeedbackLog log) {
    this.log = log;
  }

  /** From now on a log that is away is not waited for: training is about to end. Any thread. */
  public void end() {
    ending = true;
  }

  /**
   * As the interface says.
   *
   * @throws LogUnavailableException if the log is away and training is about to end
   * @throws UncheckedIOException if what it holds there is damaged
   */
  @Override
  public @Nullable Impression after(long before) {
    while (true) {
      try {
        return read(before);
      } catch (LogUnavailableException e) {
        if (ending) {
          throw e;
        }
        LOG.warn("Waiting for the feedback log, to read an impression back: {}", e.getMessage());
        await(e);
      }
    }
  }

  private @Nullable Impression read(long before) {
    try (LogTailer tailer = log.tailer(before)) {
      LogRecord record = tailer.next() ? LogRecords.parse(tailer.bytes(), tailer.length()) : null;
      return record != null && record.hasImpression() ? record.getImpression() : null;
    } catch (IllegalStateException e) {
      // Of another log: a directory that was restored from a snapshot has none of before it.
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(LogUnavailableException reason) {
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason;
    }
  }
}
