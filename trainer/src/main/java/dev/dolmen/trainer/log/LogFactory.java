package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens an engine's feedback log. */
@FunctionalInterface
public interface LogFactory {
  /** The log that the options name. */
  LogFactory CONFIGURED = LogFactory::openConfigured;

  /**
   * Opens the log.
   *
   * @param dataDirectory the engine's, locked
   * @throws IOException if it cannot be read or written, or is another log than the directory's
   */
  FeedbackLog open(Path dataDirectory, LogOptions options) throws IOException;

  private static FeedbackLog openConfigured(Path dataDirectory, LogOptions options)
      throws IOException {
    Path directory = dataDirectory.resolve("log");
    return switch (options.kind()) {
      case CHRONICLE -> {
        if (KafkaFeedbackLog.isUsedIn(directory)) {
          throw new IOException(
              directory + ": its log is in Kafka, log.kind is chronicle: use a new directory");
        }
        yield new ChronicleFeedbackLog(
            directory,
            options.segmentBytes(),
            options.minFreeBytes(),
            options.fsync() == LogOptions.Fsync.EACH_APPEND);
      }
      case KAFKA -> {
        // What was learned from another log would be counted in this one's offsets.
        boolean learnedNothing =
            !Files.exists(dataDirectory.resolve("snapshots"))
                && !Files.exists(dataDirectory.resolve("journal"));
        yield KafkaFeedbackLog.open(
            directory, options.kafka(), options.segmentBytes(), learnedNothing);
      }
    };
  }
}
