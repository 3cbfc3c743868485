package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a log in Kafka: a topic of its own next to the log's, so that whoever reads both
 * cuts the same batches, whatever became of the process that learned them.
 *
 * <p>It is a log of entries like the other, with one writer at a time, from its first batch on:
 * what one that was taken over still sends counts for nobody. An entry is as {@link JournalEntries}
 * says, and behind it stands Kafka's id of the log's topic, two big-endian longs: batches of a
 * topic that was deleted and made again are passed over.
 *
 * <p>Nobody waits for an entry but a snapshot, before its manifest names the batch. What is learned
 * of a batch whose entry was lost is lost with the process that learned it.
 */
final class KafkaBatchJournal implements BatchJournal {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaBatchJournal.class);

  /** Files of the topic; 16 bytes and what Kafka adds are some 200,000 batches in each. */
  static final long SEGMENT_BYTES = 16L << 20;

  private static final int ENTRY_BYTES = 32;

  /** One entry in so many is remembered by its place, for what may be deleted. */
  private static final int MARKED_EVERY = 1_024;

  private static final String OLD = "local";

  /** Pause before a topic that could not be taken over is tried again. */
  private static final long AWAY_MS = 500;

  private final Path directory;
  private final KafkaLogOptions options;
  private final TopicPlan plan;
  private final FeedbackLog log;
  private final Uuid logId;

  /** Last log offset of an entry, and its own offset. Bounded by what the topic keeps. */
  private final ConcurrentSkipListMap<Long, Long> marks = new ConcurrentSkipListMap<>();

  /** Taken over with the first batch: who only reads takes the topic from nobody. */
  private volatile @Nullable KafkaFeedbackLog entries;

  /** While the topic cannot be taken over: why. A thread of its own tries on. */
  private volatile String opening = "";

  private volatile boolean closed;
  private volatile @Nullable LogAppend last;

  private KafkaBatchJournal(Path directory, KafkaLogOptions options, FeedbackLog log, Uuid logId) {
    this.directory = directory;
    this.options = options;
    plan = TopicPlan.kept(options, "batches", SEGMENT_BYTES);
    this.log = log;
    this.logId = logId;
  }

  /**
   * Takes what an earlier version kept in files along.
   *
   * @param directory next to that of the log
   * @param log which is open
   * @throws IOException if Kafka does not answer, or the topic could lose records
   */
  static KafkaBatchJournal open(Path directory, KafkaLogOptions options, FeedbackLog log)
      throws IOException {
    KafkaLogFile used = KafkaLogFile.read(directory.resolveSibling("log"));
    if (used == null) {
      throw new IOException(directory + ": the log next to it is not in Kafka");
    }
    PrivateFiles.createDirectories(directory);
    setFilesAside(directory);
    KafkaBatchJournal journal =
        new KafkaBatchJournal(directory, options.batches(), log, Uuid.fromString(used.topicId()));
    try {
      journal.takeAlong(directory.resolve(OLD));
      return journal;
    } catch (LogUnavailableException e) {
      journal.close();
      throw new KafkaAwayException(String.valueOf(e.getMessage()), e);
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /**
   * The topic, taken over.
   *
   * @throws LogUnavailableException while it cannot be
   */
  private KafkaFeedbackLog mine() {
    KafkaFeedbackLog taken = entries;
    if (taken != null) {
      return taken;
    }
    String reason = opening;
    if (reason.isEmpty()) {
      try {
        return takeOver();
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
        opening = reason;
        // Whoever learns asks for each batch, many times a second, and is not to wait each time.
        Thread.ofVirtual().name("dolmen-batches-opening").start(this::takeOverLater);
      }
    }
    throw new LogUnavailableException(reason);
  }

  private KafkaFeedbackLog takeOver() throws IOException {
    KafkaFeedbackLog taken = KafkaFeedbackLog.open(directory, options, plan, true);
    entries = taken;
    if (closed) {
      taken.close();
    }
    return taken;
  }

  private void takeOverLater() {
    while (!closed && entries == null) {
      try {
        Thread.sleep(AWAY_MS);
        if (!closed) {
          var _ = takeOver();
        }
      } catch (IOException | RuntimeException e) {
        opening = String.valueOf(e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static List<Path> filesOf(Path directory) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "{*.cq4,*.cq4t,segments.properties}")) {
      return java.util.stream.StreamSupport.stream(files.spliterator(), false).toList();
    }
  }

  private static void setFilesAside(Path directory) throws IOException {
    List<Path> files = filesOf(directory);
    if (!files.isEmpty()) {
      Path aside = directory.resolve(OLD);
      PrivateFiles.createDirectories(aside);
      for (Path file : files) {
        Files.move(file, aside.resolve(file.getFileName()));
      }
    }
  }

  /** Appends them again if a start died here: later entries replace those before. */
  private void takeAlong(Path old) throws IOException {
    if (!Files.exists(old)) {
      return;
    }
    int taken = 0;
    // It is only read, so no file of it comes of age.
    try (ChronicleBatchJournal files =
        new ChronicleBatchJournal(old, Integer.MAX_VALUE, InstantSource.fixed(Instant.EPOCH))) {
      long first = files.firstNumber();
      for (Entry entry : first == 0 ? new ArrayDeque<Entry>() : files.after(first - 1)) {
        append(entry.number(), entry.lastOffset());
        taken++;
      }
    }
    force();
    for (Path file : filesOf(old)) {
      Files.delete(file);
    }
    Files.delete(old);
    LOG.info("Took {} batches of the journal's files into topic {}", taken, options.topic());
  }

  @Override
  public long append(long number, long lastOffset) {
    byte[] entry =
        ByteBuffer.allocate(ENTRY_BYTES)
            .put(JournalEntries.bytes(number, lastOffset))
            .putLong(logId.getMostSignificantBits())
            .putLong(logId.getLeastSignificantBits())
            .array();
    LogAppend append = mine().begin(entry);
    append.whenKnown(offset -> mark(number, lastOffset, offset), () -> {});
    last = append;
    return 0;
  }

  private void mark(long number, long lastOffset, long offset) {
    if (number % MARKED_EVERY == 0) {
      marks.put(lastOffset, offset);
    }
  }

  @Override
  public ArrayDeque<Entry> after(long number) throws IOException {
    ArrayDeque<Entry> found = new ArrayDeque<>();
    KafkaFeedbackLog.readAll(
        directory,
        options,
        plan,
        tailer -> {
          if (isOfLog(tailer)) {
            Entry entry = JournalEntries.read(tailer);
            JournalEntries.add(found, number, new Entry(entry.number(), entry.lastOffset(), 0));
            mark(entry.number(), entry.lastOffset(), tailer.offset());
          }
        });
    return found;
  }

  private boolean isOfLog(LogTailer tailer) {
    if (tailer.length() != ENTRY_BYTES) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.wrap(tailer.bytes(), 16, 16);
    return bytes.getLong() == logId.getMostSignificantBits()
        && bytes.getLong() == logId.getLeastSignificantBits();
  }

  @Override
  public void force() throws IOException {
    LogAppend append = last;
    try {
      if (append != null) {
        append.await();
      }
    } catch (LogUnavailableException e) {
      throw new IOException(
          "topic " + options.topic() + " does not hold the last batch: " + e.getMessage(), e);
    }
  }

  /** Entries have no places: that of the last is known only when Kafka has it. */
  @Override
  public long lastPlace() {
    return 0;
  }

  @Override
  public void deleteUpTo(long place, long logOffset) {
    if (marks.floorEntry(logOffset) != null) {
      Thread.ofVirtual().name("dolmen-batches-deletion").start(() -> deleteUpTo(logOffset));
    }
  }

  /**
   * Keeps all while the log has its beginning, as an empty directory begins with the first batch.
   * What fails is deleted after the next snapshot.
   */
  void deleteUpTo(long logOffset) {
    try {
      Map.Entry<Long, Long> mark = marks.floorEntry(logOffset);
      KafkaFeedbackLog taken = entries;
      if (taken != null && mark != null && !log.isFromTheBeginning()) {
        taken.deleteUpTo(mark.getValue(), 0, Long.MAX_VALUE);
        marks.headMap(mark.getKey(), true).clear();
      }
    } catch (RuntimeException e) {
      LOG.warn("Batches that no snapshot needs could not be deleted: {}", e.toString());
    }
  }

  @Override
  public void close() {
    closed = true;
    KafkaFeedbackLog taken = entries;
    if (taken != null) {
      taken.close();
    }
  }
}
