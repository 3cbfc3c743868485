package dev.dolmen.trainer.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a log, and waits for one whose brokers are away: says so once, and when it is there. */
public final class AwaitedLog implements LogFactory {
  private static final Logger LOG = LoggerFactory.getLogger(AwaitedLog.class);

  /** Pause before it is tried again. */
  private static final long PAUSE_MS = 500;

  private final LogFactory logs;
  private final Consumer<String> why;

  /**
   * @param logs opens it
   * @param why takes what it waits for
   */
  public AwaitedLog(LogFactory logs, Consumer<String> why) {
    this.logs = logs;
    this.why = why;
  }

  @Override
  public FeedbackLog open(Path dataDirectory, LogOptions options) throws IOException {
    boolean said = false;
    while (true) {
      try {
        FeedbackLog log = logs.open(dataDirectory, options);
        if (said) {
          LOG.info("Kafka answers: the start goes on");
        }
        return log;
      } catch (KafkaAwayException e) {
        why.accept("waiting for the feedback log: " + e.getMessage());
        if (!said) {
          said = true;
          LOG.warn("Waiting for the feedback log: {}", e.getMessage());
        }
        pause();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the feedback log was waited for");
    }
  }
}
