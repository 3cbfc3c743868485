package dev.dolmen.trainer.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * What can be done about an embedded log whose bytes are not what was written, while no process
 * uses it: say where, cut it off there, or give the damaged records up and keep those behind.
 */
public final class LogRepair {
  private final SegmentFiles files;
  private LogNotes notes;

  /**
   * One place where records cannot be read.
   *
   * @param file a segment
   * @param position byte in it
   * @param offset of the first record that cannot be read
   * @param what is wrong
   * @param nextPosition of the next whole record in the file; -1 if there is none
   * @param nextOffset of the next record that can be read, behind the file's end if none in it can;
   *     0 if none can
   */
  public record Damage(
      Path file, long position, long offset, String what, long nextPosition, long nextOffset) {}

  /**
   * What a log holds.
   *
   * @param segments its files
   * @param records that are whole
   * @param unchecked those of them that were written before records had checksums
   * @param firstOffset of the first record; 0 if there is none
   * @param lastOffset of the last record that can be read; 0 if there is none
   * @param damages in order
   */
  public record Report(
      int segments,
      long records,
      long unchecked,
      long firstOffset,
      long lastOffset,
      List<Damage> damages) {}

  /**
   * Looks at a directory of segments.
   *
   * @throws IOException if it cannot be read, or holds no embedded log
   */
  public LogRepair(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + ": there is no such directory");
    }
    if (KafkaFeedbackLog.isUsedIn(directory)) {
      throw new IOException(directory + ": its log is in Kafka, which has checksums of its own");
    }
    files = new SegmentFiles(directory);
    notes = LogNotes.read(directory);
  }

  /** Reads every record and holds it against its checksum. */
  public Report verify() throws IOException {
    Counting counting = new Counting();
    NavigableMap<Integer, Path> all = files.all();
    int expected = all.isEmpty() ? 0 : all.firstKey();
    for (Map.Entry<Integer, Path> segment : all.entrySet()) {
      long first = SegmentFiles.CYCLE.toIndex(segment.getKey(), 0) + 1;
      long missing = SegmentFiles.CYCLE.toIndex(expected, 0) + 1;
      if (segment.getKey() > expected && !notes.inGap(first - 1)) {
        counting.damages.add(
            new Damage(files.file(expected), 0, missing, "the file is missing", -1, first));
      }
      counting.read(segment.getValue(), first, segment.getKey().equals(all.lastKey()));
      expected = segment.getKey() + 1;
    }
    return counting.report(all.size());
  }

  /** What was read so far. */
  private final class Counting {
    private final List<Damage> damages = new ArrayList<>();
    private long records;
    private long unchecked;
    private long firstOffset;
    private long lastOffset;

    void read(Path file, long first, boolean last) throws IOException {
      long next = SegmentFiles.CYCLE.toIndex(SegmentFiles.CYCLE.toCycle(first - 1) + 1, 0) + 1;
      SegmentScan.Walked walked = walk(file, 0, first);
      while (walked.damage() != null && walked.nextPosition() >= 0) {
        add(file, walked, walked.damage(), walked.nextOffset());
        walked = walk(file, walked.nextPosition(), walked.nextOffset());
      }
      String damage = walked.damage();
      if (damage == null && !last && !walked.ended() && !notes.inGap(walked.offset())) {
        damage = "the file breaks off: it is not the last one, and does not say that it ends";
      }
      if (damage != null) {
        add(file, walked, damage, last ? 0 : next);
      }
    }

    private SegmentScan.Walked walk(Path file, long at, long offset) throws IOException {
      return SegmentScan.walk(file, at, offset, notes.plainUpTo(), this::count);
    }

    private void add(Path file, SegmentScan.Walked walked, String damage, long next) {
      damages.add(
          new Damage(
              file, walked.position(), walked.offset(), damage, walked.nextPosition(), next));
    }

    private void count(long position, long offset, MemorySegment payload) {
      if (!RecordEnvelope.isGivenUp(payload, offset)) {
        records++;
        unchecked += RecordEnvelope.isWrapped(payload) ? 0 : 1;
        firstOffset = firstOffset == 0 ? offset : firstOffset;
        lastOffset = offset;
      }
    }

    Report report(int segments) {
      return new Report(segments, records, unchecked, firstOffset, lastOffset, damages);
    }
  }

  /**
   * Ends the log before the first damage. What is behind is kept under names that end with {@code
   * .damaged}; its offsets are not used again.
   */
  public void cut() throws IOException {
    List<Damage> damages = verify().damages();
    if (damages.isEmpty()) {
      return;
    }
    int cycle = SegmentFiles.CYCLE.toCycle(damages.getFirst().offset() - 1);
    int last = files.last();
    long end = SegmentRepair.end(files, notes, cycle);
    for (Path file : files.all().tailMap(cycle, false).values()) {
      SegmentRepair.takeOut(file);
    }
    giveUp(end, Math.max(cycle, last));
  }

  /** Gives up what is damaged and nothing else; files that are written over are kept as above. */
  public void skip() throws IOException {
    for (Damage damage : verify().damages()) {
      int cycle = SegmentFiles.CYCLE.toCycle(damage.offset() - 1);
      if (damage.nextPosition() >= 0) {
        SegmentRepair.fill(
            damage.file(),
            damage.position(),
            damage.offset(),
            damage.nextPosition(),
            damage.nextOffset());
      } else {
        long next = damage.nextOffset();
        giveUp(
            SegmentRepair.end(files, notes, cycle),
            next == 0 ? cycle : SegmentFiles.CYCLE.toCycle(next - 1) - 1);
      }
    }
  }

  /** No record from an offset on to the end of a segment will be looked for, or written. */
  private void giveUp(long offset, int cycle) throws IOException {
    LogNotes.Gap gap = new LogNotes.Gap(offset - 1, SegmentFiles.CYCLE.toIndex(cycle + 1, 0));
    notes = notes.with(gap);
    notes.write(files.directory());
  }
}
