package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal next to an embedded log, in files of its own. Entries are as {@link JournalEntries}
 * says.
 */
final class ChronicleBatchJournal implements BatchJournal {
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleBatchJournal.class);
  private static final long SEGMENT_BYTES = 16L << 20;
  private static final long BLOCK_BYTES = 1L << 20;

  private final ChronicleSegments segments;
  private final long ageMs;
  private final InstantSource clock;
  private long begunMs;

  /**
   * @param ageSec seconds after which a new file is begun; whole files are deleted when no snapshot
   *     needs them
   */
  ChronicleBatchJournal(Path directory, long ageSec, InstantSource clock) throws IOException {
    ageMs = ageSec * 1_000;
    this.clock = clock;
    begunMs = clock.millis();
    PrivateFiles.createDirectories(directory);
    segments = new ChronicleSegments(directory, SEGMENT_BYTES, BLOCK_BYTES);
  }

  @Override
  public long append(long number, long lastOffset) {
    long nowMs = clock.millis();
    // A clock that was set back must not keep a file open for ever.
    if (nowMs - begunMs >= ageMs || nowMs < begunMs) {
      begunMs = nowMs;
      segments.beginNext();
    }
    return segments.append(JournalEntries.bytes(number, lastOffset));
  }

  /**
   * As the interface says. Damaged entries are given up with those behind them in their file:
   * batches are formed again, from the same records.
   *
   * @throws IOException if that cannot be noted
   */
  @Override
  public ArrayDeque<Entry> after(long number) throws IOException {
    ArrayDeque<Entry> entries = new ArrayDeque<>();
    boolean whole = false;
    while (!whole) {
      entries.clear();
      try (LogTailer tailer = segments.tailer(0)) {
        while (tailer.next()) {
          JournalEntries.add(entries, number, JournalEntries.read(tailer));
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

  /** The number of the first batch that is named; 0 if there is none. */
  long firstNumber() {
    try (LogTailer tailer = segments.tailer(0)) {
      return tailer.next() ? JournalEntries.read(tailer).number() : 0;
    } catch (LogDamagedException e) {
      return 0;
    }
  }

  @Override
  public void force() throws IOException {
    segments.force();
  }

  @Override
  public long lastPlace() {
    return segments.lastOffset();
  }

  /** Deletes whole files of which every entry is at or before {@code place}. */
  @Override
  public void deleteUpTo(long place, long logOffset) {
    segments.deleteUpTo(place, 0, 0);
  }

  @Override
  public void close() {
    segments.close();
  }
}
