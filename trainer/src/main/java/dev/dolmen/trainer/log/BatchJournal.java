package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where each batch ended, written before it is learned, so that a replay forms the same batches.
 *
 * <p>An entry is a batch number and the log offset of the batch's last record, two big-endian
 * longs. When a number occurs again, the later entry and those after it count: the earlier ones had
 * named records that a power cut took. Owned by the training thread.
 */
public final class BatchJournal implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchJournal.class);
  private static final long SEGMENT_BYTES = 16L << 20;
  private static final long BLOCK_BYTES = 1L << 20;

  /**
   * One batch.
   *
   * @param number counts from 1
   * @param lastOffset offset of its last record
   * @param place of this entry in the journal
   */
  public record Entry(long number, long lastOffset, long place) {}

  private final ChronicleSegments segments;
  private final long ageMs;
  private final InstantSource clock;
  private long begunMs;

  /**
   * @param ageSec seconds after which a new file is begun; whole files are deleted when no snapshot
   *     needs them
   */
  public BatchJournal(Path directory, long ageSec, InstantSource clock) throws IOException {
    ageMs = ageSec * 1_000;
    this.clock = clock;
    begunMs = clock.millis();
    PrivateFiles.createDirectories(directory);
    segments = new ChronicleSegments(directory, SEGMENT_BYTES, BLOCK_BYTES);
  }

  /** Appends an entry and returns its place in the journal. */
  public long append(long number, long lastOffset) {
    long nowMs = clock.millis();
    // A clock that was set back must not keep a file open for ever.
    if (nowMs - begunMs >= ageMs || nowMs < begunMs) {
      begunMs = nowMs;
      segments.beginNext();
    }
    return segments.append(ByteBuffer.allocate(16).putLong(number).putLong(lastOffset).array());
  }

  /**
   * The batches that follow {@code number}, without a gap. Damaged entries are given up with those
   * behind them in their file: batches are formed again, from the same records.
   *
   * @throws IOException if that cannot be noted
   */
  public ArrayDeque<Entry> after(long number) throws IOException {
    ArrayDeque<Entry> entries = new ArrayDeque<>();
    boolean whole = false;
    while (!whole) {
      entries.clear();
      try (LogTailer tailer = segments.tailer(0)) {
        while (tailer.next()) {
          add(entries, number, tailer);
        }
        whole = true;
      } catch (LogDamagedException e) {
        LOG.warn(
            "The journal names no batches from there to the end of the file; they are formed again",
            e);
        segments.giveUp(e);
      }
    }
    return entries;
  }

  private static void add(ArrayDeque<Entry> entries, long number, LogTailer tailer) {
    ByteBuffer bytes = ByteBuffer.wrap(tailer.bytes(), 0, tailer.length());
    Entry entry = new Entry(bytes.getLong(), bytes.getLong(), tailer.offset());
    while (!entries.isEmpty() && entries.getLast().number() >= entry.number()) {
      entries.removeLast();
    }
    long expected = entries.isEmpty() ? number + 1 : entries.getLast().number() + 1;
    if (entry.number() == expected) {
      entries.addLast(entry);
    }
  }

  /**
   * Makes durable what was appended before the call. Any thread.
   *
   * @throws IOException if it cannot
   */
  public void force() throws IOException {
    segments.force();
  }

  /** Place of the last entry. */
  public long lastPlace() {
    return segments.lastOffset();
  }

  /** Deletes whole files of which every entry is at or before {@code place}. */
  public void deleteUpTo(long place) {
    segments.deleteUpTo(place, 0, 0);
  }

  @Override
  public void close() {
    segments.close();
  }
}
