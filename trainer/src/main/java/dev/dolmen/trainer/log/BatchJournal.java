package dev.dolmen.trainer.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;

/**
 * Where each batch ended, written before it is learned, so that a replay forms the same batches.
 *
 * <p>When a number occurs again, the later entry and those after it count: the earlier ones had
 * named records that a power cut took. Owned by the training thread.
 */
public interface BatchJournal extends Closeable {
  /**
   * One batch.
   *
   * @param number counts from 1
   * @param lastOffset offset of its last record
   * @param place of this entry in the journal, where it has places
   */
  record Entry(long number, long lastOffset, long place) {}

  /**
   * Opens the one that goes with a log: in the data directory next to an embedded log, in Kafka
   * next to a log in Kafka.
   *
   * @param dataDirectory the engine's, locked
   * @param log whose batches it names, open
   * @throws IOException if it cannot be read or written
   */
  static BatchJournal open(
      Path dataDirectory, LogOptions options, FeedbackLog log, InstantSource clock)
      throws IOException {
    Path directory = dataDirectory.resolve("journal");
    return switch (options.kind()) {
      case CHRONICLE -> new ChronicleBatchJournal(directory, options.journalAgeSec(), clock);
      case KAFKA -> KafkaBatchJournal.open(directory, options.kafka(), log);
    };
  }

  /**
   * Opens one in files of the data directory, whatever the log is: of a trainer among others, whose
   * batches all know from the parameter topic.
   *
   * @param dataDirectory the engine's, locked
   * @throws IOException if it cannot be read or written
   */
  static BatchJournal inFiles(Path dataDirectory, LogOptions options, InstantSource clock)
      throws IOException {
    return new ChronicleBatchJournal(
        dataDirectory.resolve("batches"), options.journalAgeSec(), clock);
  }

  /**
   * Appends an entry.
   *
   * @return its place
   * @throws LogUnavailableException if it cannot be taken now: the batch is not to be learned yet
   */
  long append(long number, long lastOffset);

  /**
   * The batches that follow {@code number}, without a gap.
   *
   * @throws IOException if they cannot be read
   */
  ArrayDeque<Entry> after(long number) throws IOException;

  /**
   * Makes durable what was appended before the call. Any thread.
   *
   * @throws IOException if it cannot
   */
  void force() throws IOException;

  /** Place of the last entry; 0 where entries have no places. */
  long lastPlace();

  /**
   * Lets go of entries that no snapshot needs, as far as its pieces allow. Where that takes long,
   * it goes on behind the call.
   *
   * @param place needed are those behind it
   * @param logOffset needed are batches that end behind it
   */
  void deleteUpTo(long place, long logOffset);

  @Override
  void close();
}
