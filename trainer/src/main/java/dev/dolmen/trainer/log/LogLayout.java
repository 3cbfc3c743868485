package dev.dolmen.trainer.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * In which versions the records of an embedded log, or of its journal, were written, by the first
 * and the last of each file: a program goes on in the file that it finds, so versions change within
 * one, and never back but by a program that does not read the newer ones. Any thread, also while a
 * process appends.
 *
 * @param files there are; 0 where there is no log
 * @param oldest version; 0 for records from before there were versions
 * @param newest version
 */
public record LogLayout(int files, int oldest, int newest) {
  /** The version that this program writes; it reads every one up to it. */
  public static final int NOW = RecordEnvelope.VERSION;

  /**
   * Of the files of a directory.
   *
   * @param directory {@code log} or {@code journal} of a data directory
   * @throws IOException if they cannot be read
   */
  public static LogLayout of(Path directory) throws IOException {
    LogLayout found = new LogLayout(0, NOW, 0);
    if (Files.isDirectory(directory)) {
      for (Path file : new SegmentFiles(directory).all().values()) {
        try (SegmentScan scan = new SegmentScan(file)) {
          found = found.with(scan);
        } catch (NoSuchFileException _) {
          // A process that runs has let it go.
        }
      }
    }
    return found.newest < found.oldest ? new LogLayout(found.files, NOW, NOW) : found;
  }

  private LogLayout with(SegmentScan scan) {
    int first = oldest;
    int last = newest;
    for (MemorySegment record : scan.ends()) {
      int version = RecordEnvelope.version(record);
      // The place of a record that was given up has what is there by another rule.
      if (version != RecordEnvelope.GIVEN_UP) {
        first = Math.min(first, version);
        last = Math.max(last, version);
      }
    }
    return new LogLayout(files + 1, first, last);
  }

  /**
   * Whether the log is in Kafka, where records have no layout but their messages.
   *
   * @throws IOException if that cannot be read
   */
  public static boolean isInKafka(Path directory) throws IOException {
    return KafkaFeedbackLog.isUsedIn(directory);
  }

  /** Whether this program reads all of it. */
  public boolean isKnown() {
    return newest <= NOW;
  }

  /** Whether all of it is in the version that this program writes. */
  public boolean isOfNow() {
    return oldest == NOW && newest == NOW;
  }
}
