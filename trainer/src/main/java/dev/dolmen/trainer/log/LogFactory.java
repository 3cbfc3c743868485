package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Opens an engine's feedback log. */
@FunctionalInterface
public interface LogFactory {
  /** The log that the options name. */
  LogFactory CONFIGURED = LogFactory::openConfigured;

  /** The log that the options name, of which others may have the same topic at the same time. */
  LogFactory SHARED = LogFactory::openShared;

  /**
   * Opens the log.
   *
   * @param dataDirectory the engine's, locked
   * @throws IOException if it cannot be read or written, or is another log than the directory's
   */
  FeedbackLog open(Path dataDirectory, LogOptions options) throws IOException;

  private static FeedbackLog openShared(Path dataDirectory, LogOptions options) throws IOException {
    if (options.kind() != LogOptions.Kind.KAFKA) {
      throw new IOException(
          "log.kind is "
              + options.kind().name().toLowerCase(Locale.ROOT)
              + ", expected kafka: a cluster shares its log");
    }
    return KafkaFeedbackLog.openShared(
        dataDirectory.resolve("log"), options.kafka(), options.segmentBytes());
  }

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
        KafkaFeedbackLog log =
            KafkaFeedbackLog.open(
                directory, options.kafka(), options.segmentBytes(), learnedNothing);
        yield OutageLog.open(log, dataDirectory.resolve("outage"), options.outage());
      }
    };
  }
}
