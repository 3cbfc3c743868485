package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in a Chronicle Queue whose files roll by size instead of by the clock: the queue is given
 * a clock that advances by one roll cycle when a file is full. A wall clock that jumps can so
 * neither reorder records nor open a second file, and the file names, which Chronicle forms from
 * that clock, count hours from 1970.
 *
 * <p>A record's offset is its queue index plus one. The caller lets one thread append at a time and
 * holds the directory's exclusive lock.
 */
final class ChronicleSegments implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleSegments.class);
  private static final RollCycles CYCLE = SegmentFiles.CYCLE;

  /** A header that a killed process left unfinished is taken over after this. */
  private static final long UNFINISHED_HEADER_MS = 500;

  private final Path directory;
  private final long segmentBytes;
  private final SingleChronicleQueue queue;
  private final SegmentFiles files;

  /** Readers of what may be let go of. Guards the deletion, too. */
  private final AtomicInteger holders = new AtomicInteger();

  private final SegmentDamages damages;

  /** Null while the last segment is damaged. */
  private @Nullable ExcerptAppender appender;

  private final AtomicInteger segment = new AtomicInteger();
  private volatile long lastOffset;

  /** Segments before this one are durable. */
  private volatile int forced;

  /** The newest segment whose file is known to be private; -1 for none. */
  private int closedToOthers = -1;

  /** Bytes in segments before the last, which do not change. */
  private final ConcurrentHashMap<Integer, Long> endedBytes = new ConcurrentHashMap<>();

  /** Where the last record that was appended ends in its file. */
  private long position;

  /** Bytes in the segment that is appended to. */
  private volatile long written;

  /**
   * @param blockBytes memory mapped at a time; the files are sparse
   */
  ChronicleSegments(Path directory, long segmentBytes, long blockBytes) throws IOException {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    TimeProvider clock = () -> segment.get() * (long) CYCLE.lengthInMillis();
    queue =
        SingleChronicleQueueBuilder.binary(directory)
            .rollCycle(CYCLE)
            .timeProvider(clock)
            .timeoutMS(UNFINISHED_HEADER_MS)
            .blockSize(blockBytes)
            .build();
    // Files may have come or gone while no process looked after Chronicle's list of them.
    queue.refreshDirectoryListing();
    files = new SegmentFiles(directory);
    LogNotes notes = LogNotes.read(directory);
    damages = new SegmentDamages(files, notes, this::lastOffset);
    SegmentDamages.LogEnd end = damages.lookAtEnd();
    lastOffset = end.offset();
    if (LogNotes.isNew(notes)) {
      damages.notes(new LogNotes(lastOffset, List.of()));
      damages.notes().write(directory);
    }
    // A process that died while it began a new segment had ended the old one already, and nothing
    // can be appended to that.
    int next = end.ended() ? end.cycle() + 1 : end.cycle();
    segment.set(Math.max(Math.max(0, next), CYCLE.toCycle(damages.notes().lastGap())));
    written = end.cycle() == segment.get() ? end.position() : 0;
    PrivateFiles.closeFiles(directory);
    if (!damages.isKnown()) {
      appender = newAppender();
    }
  }

  private ExcerptAppender newAppender() {
    ExcerptAppender made = queue.createAppender();
    made.singleThreadedCheckDisabled(true);
    return made;
  }

  /**
   * Goes on behind an offset that is beyond the log's end: no record up to it can be read any more,
   * and none will have it again.
   *
   * @return false if records can be read behind what is damaged: they may not be lost
   * @throws IOException if that cannot be noted
   */
  boolean goOnBehind(long offset) throws IOException {
    LogDamagedException damage = damages.atEnd();
    if (damage != null && !damage.endsThere()) {
      return false;
    }
    int next = Math.max(files.last(), CYCLE.toCycle(offset - 1)) + 1;
    if (damage != null) {
      SegmentRepair.end(files, damages.notes(), CYCLE.toCycle(damage.offset() - 1));
      damages.atEnd(null);
    }
    LogNotes notes = damages.notes().with(new LogNotes.Gap(lastOffset, CYCLE.toIndex(next, 0)));
    notes.write(directory);
    damages.notes(notes);
    segment.set(next);
    written = 0;
    if (appender == null) {
      appender = newAppender();
    }
    return true;
  }

  /**
   * Gives up the rest of a damaged segment: what follows is read from the next, and written there.
   *
   * @throws IOException if that cannot be noted
   */
  void giveUp(LogDamagedException damage) throws IOException {
    int cycle = CYCLE.toCycle(damage.offset() - 1);
    long end = SegmentRepair.end(files, damages.notes(), cycle);
    LogNotes notes = damages.notes().with(new LogNotes.Gap(end - 1, CYCLE.toIndex(cycle + 1, 0)));
    notes.write(directory);
    damages.notes(notes);
    if (cycle >= segment.get()) {
      segment.set(cycle + 1);
      written = 0;
    }
    damages.atEnd(null);
    if (appender == null) {
      appender = newAppender();
    }
  }

  /** What is wrong at the log's end, so that nothing can be appended; null if nothing is. */
  @Nullable LogDamagedException damage() {
    return damages.atEnd();
  }

  /**
   * Appends a record.
   *
   * @throws LogWriteException if that fails; the record is not in the log then, and the next append
   *     may succeed
   */
  long append(byte[] record) {
    long offset = write(record);
    closeToOthers(CYCLE.toCycle(offset - 1));
    if (position > segmentBytes) {
      segment.incrementAndGet();
      position = 0;
    }
    written = position;
    lastOffset = offset;
    return offset;
  }

  /** The next record begins a new file, unless the one before did. The thread that appends. */
  void beginNext() {
    if (lastOffset > 0 && CYCLE.toCycle(lastOffset - 1) == segment.get()) {
      segment.incrementAndGet();
      position = 0;
      written = 0;
    }
  }

  private long write(byte[] record) {
    long next = nextOffset();
    ExcerptAppender to = appender;
    if (to == null) {
      throw new LogWriteException(directory, new IllegalStateException("its end is damaged"));
    }
    try {
      to.writeBytes(Bytes.wrapForRead(RecordEnvelope.wrap(record, next)));
      return checkPlace(to, next);
    } catch (Exception | LinkageError | AssertionError | InternalError e) {
      // What failed may have come after the record was in its place.
      if (holds(next)) {
        return next;
      }
      throw new LogWriteException(directory, e);
    }
  }

  private long checkPlace(ExcerptAppender appender, long next) {
    long offset = appender.lastIndexAppended() + 1;
    if (offset != next) {
      throw new IllegalStateException("a record is at " + offset + ", expected at " + next);
    }
    position = appender.wire().bytes().writePosition();
    return offset;
  }

  /** Offset of the record that is appended next. */
  private long nextOffset() {
    RollCycle cycle = queue.rollCycle();
    boolean goesOn = lastOffset > 0 && cycle.toCycle(lastOffset - 1) == segment.get();
    return goesOn ? lastOffset + 1 : cycle.toIndex(segment.get(), 0) + 1;
  }

  private boolean holds(long offset) {
    try (ExcerptTailer tailer = newTailer()) {
      return tailer.moveToIndex(offset - 1);
    } catch (Exception | LinkageError | AssertionError | InternalError e) {
      LOG.warn("Whether log offset {} was appended cannot be read", offset, e);
      return false;
    }
  }

  /**
   * Finds out whether the file to append to can be opened or made, and appends nothing. An empty
   * document would tell more, but Chronicle keeps its lock if that fails.
   *
   * @throws LogWriteException if not
   */
  void probe() {
    try {
      queue.closeStore(queue.storeForCycle(segment.get(), 0, true, null));
    } catch (Exception | LinkageError | AssertionError | InternalError e) {
      throw new LogWriteException(directory, e);
    }
  }

  /** Chronicle makes its files with the rights that the umask leaves. */
  private void closeToOthers(int cycle) {
    if (cycle != closedToOthers) {
      PrivateFiles.closeFiles(directory);
      closedToOthers = cycle;
    }
  }

  /**
   * Makes what was appended so far durable, also by those before this process. Any thread; nobody
   * who appends waits for it.
   *
   * @throws IOException if the device does not take it
   */
  void force() throws IOException {
    int now = segment.get();
    files.force(forced);
    forced = Math.max(0, now - 1);
  }

  /** Forces what was appended to the device. */
  void sync() {
    try {
      if (appender != null) {
        appender.sync();
      }
    } catch (Exception | LinkageError | AssertionError | InternalError e) {
      throw new LogWriteException(directory, e);
    }
  }

  long lastOffset() {
    return lastOffset;
  }

  /** Segments count from 0. */
  boolean isFromTheBeginning() {
    return lastOffset == 0 || queue.firstCycle() == 0;
  }

  LogTailer tailer(long offset) {
    ExcerptTailer tailer = newTailer();
    if (offset == 0 || damages.notes().inGap(offset)) {
      return new SegmentTailer(tailer, damages, offset, -1);
    }
    SegmentTailer result = new SegmentTailer(tailer, damages, 0, -1);
    // To the record itself and past it: the one after it may not exist yet.
    if (!moveTo(tailer, offset) || !result.read()) {
      LogDamagedException damage = damages.within(offset);
      if (damage == null) {
        throw new IllegalStateException(
            "log offset " + offset + " is not in " + directory + ", which ends at " + lastOffset);
      }
      result.close();
      return new DamagedTailer(damage);
    }
    return result;
  }

  private static boolean moveTo(ExcerptTailer tailer, long offset) {
    try {
      return tailer.moveToIndex(offset - 1);
    } catch (RuntimeException | AssertionError | InternalError e) {
      LOG.debug("Chronicle cannot find log offset {}", offset, e);
      return false;
    }
  }

  /** Nothing is deleted until it is closed: it reads what a snapshot may let go of meanwhile. */
  LogTailer tailerOfLast(long records) {
    // What is being deleted at this moment is gone before a place is looked for.
    synchronized (holders) {
      LogTailer tailer = fromLast(records);
      holders.incrementAndGet();
      return new HeldTailer(tailer, holders::decrementAndGet);
    }
  }

  private LogTailer fromLast(long records) {
    long left = records;
    for (int cycle : cyclesFromLast()) {
      long count = count(cycle);
      if (count >= left) {
        return tailer(queue.rollCycle().toIndex(cycle, count - left));
      }
      left -= count;
    }
    return tailer(0);
  }

  /** Deletes nothing while somebody reads the last records: to be tried again. */
  int deleteUpTo(long offset, long keepRecords, long keepBytes) {
    synchronized (holders) {
      return holders.get() > 0 ? 0 : deleted(offset, keepRecords, keepBytes);
    }
  }

  private int deleted(long offset, long keepRecords, long keepBytes) {
    long later = 0;
    long laterBytes = 0;
    int deleted = 0;
    int last = queue.lastCycle();
    for (int cycle : cyclesFromLast()) {
      long count = count(cycle);
      boolean past = queue.rollCycle().toIndex(cycle, count) <= offset;
      boolean kept = later < keepRecords && laterBytes < keepBytes;
      laterBytes += bytes(cycle);
      // The last one says where offsets go on, also when it is full.
      if (cycle < last && past && !kept) {
        deleted += delete(cycle) ? 1 : 0;
      }
      later += count;
    }
    if (deleted > 0) {
      queue.refreshDirectoryListing();
    }
    return deleted;
  }

  /**
   * Bytes written. The files are mapped in blocks and sparse: their length says more than the disk
   * holds.
   */
  long sizeBytes() {
    return cyclesFromLast().stream().mapToLong(this::bytes).sum();
  }

  private long bytes(int cycle) {
    if (cycle == segment.get()) {
      return written;
    }
    return endedBytes.computeIfAbsent(cycle, this::endOf);
  }

  private long endOf(int cycle) {
    try (SegmentScan scan = SegmentScan.open(files.file(cycle))) {
      return scan.end();
    }
  }

  private List<Integer> cyclesFromLast() {
    List<Integer> cycles = new ArrayList<>();
    if (lastOffset > 0) {
      for (long cycle :
          queue.listCyclesBetween(queue.firstCycle(), queue.lastCycle()).descendingSet()) {
        cycles.add((int) cycle);
      }
    }
    return cycles;
  }

  private long count(int cycle) {
    try (ExcerptTailer tailer = newTailer()) {
      return Math.max(0, tailer.excerptsInCycle(cycle));
    }
  }

  private boolean delete(int cycle) {
    endedBytes.remove(cycle);
    try {
      return Files.deleteIfExists(files.file(cycle));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ExcerptTailer newTailer() {
    ExcerptTailer tailer = queue.createTailer();
    tailer.singleThreadedCheckDisabled(true);
    return tailer;
  }

  @Override
  public void close() {
    if (appender != null) {
      appender.close();
    }
    queue.close();
  }
}
