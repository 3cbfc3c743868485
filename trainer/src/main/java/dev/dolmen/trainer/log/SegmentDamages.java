package dev.dolmen.trainer.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import net.openhft.chronicle.queue.RollCycle;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where the segments of a directory are damaged, when something does not look right. Any
 * thread.
 */
final class SegmentDamages {
  private final SegmentFiles files;
  private final LongSupplier lastOffset;
  private final RollCycle cycles = SegmentFiles.CYCLE;
  private volatile LogNotes notes;

  /** Of the last segment, found at the start; it has not been read by then. */
  private volatile @Nullable LogDamagedException atEnd;

  /**
   * @param lastOffset of the log
   */
  SegmentDamages(SegmentFiles files, LogNotes notes, LongSupplier lastOffset) {
    this.files = files;
    this.notes = notes;
    this.lastOffset = lastOffset;
  }

  long lastOffset() {
    return lastOffset.getAsLong();
  }

  LogNotes notes() {
    return notes;
  }

  void notes(LogNotes changed) {
    notes = changed;
  }

  boolean mayBePlain(long offset) {
    return offset <= notes.plainUpTo();
  }

  /** Whether the log is known not to end as it should. */
  boolean isKnown() {
    return atEnd != null;
  }

  /** What is wrong at the log's end, or null. */
  @Nullable LogDamagedException atEnd() {
    return atEnd;
  }

  /** What {@link #lookAtEnd} found, or that it is mended. */
  void atEnd(@Nullable LogDamagedException damage) {
    atEnd = damage;
  }

  /**
   * Reads the last segment before anything is appended there, which would go over what is behind a
   * hole. A segment without records may be the last one: then those before are read.
   */
  LogEnd lookAtEnd() {
    int last = files.last();
    LogEnd end = new LogEnd(last, 0, 0, false);
    for (int cycle : files.all().descendingKeySet()) {
      Path file = files.file(cycle);
      long first = cycles.toIndex(cycle, 0) + 1;
      SegmentScan.Walked walked = walk(file, 0, first);
      if (walked.damage() != null && atEnd == null) {
        atEnd =
            new LogDamagedException(
                file,
                walked.position(),
                walked.offset(),
                walked.damage(),
                walked.nextPosition() < 0);
      }
      if (cycle == last) {
        end = new LogEnd(last, 0, walked.position(), walked.ended());
      }
      if (walked.offset() > first) {
        return new LogEnd(last, walked.offset() - 1, end.position(), end.ended());
      }
    }
    return end;
  }

  /**
   * Where a log ends.
   *
   * @param cycle of the last segment; -1 for none
   * @param offset of the last record that can be read in order, or 0
   * @param position in the last segment, behind its records
   * @param ended whether the last segment says that it ends
   */
  record LogEnd(int cycle, long offset, long position, boolean ended) {}

  /** What is wrong with a record that was read. */
  LogDamagedException broken(long offset, long position, long bytes) {
    return new LogDamagedException(
        files.file(cycles.toCycle(offset - 1)),
        position,
        offset,
        "a record of " + bytes + " bytes is not what its checksum says");
  }

  /**
   * Refuses to go from one segment to another over what is missing.
   *
   * @param from offset of the record before, or 0
   * @param position of its header; -1 if it is not known
   * @param to offset of the record that was read
   */
  void checkStep(long from, long position, long to) {
    if (from == 0 || to == from + 1 || notes.inGap(to - 1)) {
      return;
    }
    int before = cycles.toCycle(from - 1);
    int now = cycles.toCycle(to - 1);
    if (before == now) {
      throw new LogDamagedException(files.file(now), position, from + 1, "records are missing");
    }
    LogDamagedException damage = after(from, position);
    if (damage != null) {
      throw damage;
    }
    if (now > before + 1) {
      throw missing(before + 1);
    }
  }

  private LogDamagedException missing(int cycle) {
    return new LogDamagedException(
        files.file(cycle), 0, cycles.toIndex(cycle, 0) + 1, "the file is missing");
  }

  /**
   * What is wrong behind a record that was read; null if nothing is.
   *
   * @param position of its header; -1 if it is not known
   */
  @Nullable LogDamagedException after(long offset, long position) {
    int cycle = offset == 0 ? files.first() : cycles.toCycle(offset - 1);
    if (cycle < 0 || notes.inGap(offset)) {
      return atEnd;
    }
    Path file = files.file(cycle);
    if (!Files.exists(file)) {
      return missing(cycle);
    }
    boolean known = position >= 0;
    SegmentScan.Walked walked =
        walk(file, known ? position : 0, known ? offset : cycles.toIndex(cycle, 0) + 1);
    String damage = walked.damage();
    if (damage == null && cycle < files.last() && !walked.ended() && !inGap(walked)) {
      damage = "the file breaks off: it is not the last one, and does not say that it ends";
    }
    if (damage == null) {
      return offset >= lastOffset() ? atEnd : null;
    }
    return new LogDamagedException(file, walked.position(), walked.offset(), damage);
  }

  /** What is wrong with the segment that an offset is in, or is missing; null if nothing is. */
  @Nullable LogDamagedException within(long offset) {
    int cycle = cycles.toCycle(offset - 1);
    if (cycle > files.last()) {
      return atEnd;
    }
    return cycle < files.first() ? null : after(cycles.toIndex(cycle, 0) + 1, 0);
  }

  private boolean inGap(SegmentScan.Walked walked) {
    return notes.inGap(walked.offset());
  }

  private SegmentScan.Walked walk(Path file, long position, long offset) {
    try {
      return SegmentScan.walk(
          file, position, offset, notes.plainUpTo(), (at, found, payload) -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Offset of the first record behind a gap that begins after a record; 0 for none. */
  long behindGap(long offset) {
    for (LogNotes.Gap gap : notes.gaps()) {
      if (gap.after() == offset || gap.holds(offset)) {
        Integer cycle = files.all().ceilingKey(cycles.toCycle(gap.upTo()));
        return cycle == null ? 0 : cycles.toIndex(cycle, 0) + 1;
      }
    }
    return 0;
  }
}
