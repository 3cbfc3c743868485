package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.MappedBytes;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wires;
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
  private static final RollCycles CYCLE = RollCycles.FAST_HOURLY;

  /** A header that a killed process left unfinished is taken over after this. */
  private static final long UNFINISHED_HEADER_MS = 500;

  private final Path directory;
  private final long segmentBytes;
  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final AtomicInteger segment = new AtomicInteger();
  private volatile long lastOffset;

  /** The segment whose file is known to be private; -1 for none. */
  private int closed = -1;

  /** Bytes in segments before the last, which do not change. */
  private final ConcurrentHashMap<Integer, Long> endedBytes = new ConcurrentHashMap<>();

  /** Bytes in the last segment; 0 until something is appended to it. */
  private volatile long written;

  /**
   * @param blockBytes memory mapped at a time; the files are sparse
   */
  ChronicleSegments(Path directory, long segmentBytes, long blockBytes) {
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
    segment.set(Math.max(0, segmentToAppendTo()));
    lastOffset = Math.max(0, queue.lastIndex() + 1);
    PrivateFiles.closeFiles(directory);
    appender = queue.createAppender();
    appender.singleThreadedCheckDisabled(true);
  }

  /**
   * The last segment, or the one behind it: a process that died while it began a new one had ended
   * the old one already, and nothing can be appended to that.
   */
  private int segmentToAppendTo() {
    int last = queue.lastCycle();
    return last >= 0 && end(last).ended ? last + 1 : last;
  }

  /**
   * Where a segment's records end.
   *
   * @param ended whether nothing can be appended there any more
   */
  private record End(long position, boolean ended) {}

  private End end(int cycle) {
    SingleChronicleQueueStore store = queue.storeForCycle(cycle, 0, false, null);
    MappedBytes bytes = store.bytes();
    try {
      // Known to be a record's, but not always the last one's: the page cache is written as it
      // comes.
      long at = store.writePosition();
      int header = bytes.readVolatileInt(at);
      while (Wires.isReady(header)) {
        at += Wires.SPB_HEADER_SIZE + ((Wires.lengthOf(header) + 3L) & ~3L);
        header = bytes.readVolatileInt(at);
      }
      return new End(at, Wires.isEndOfFile(header));
    } finally {
      bytes.releaseLast();
      queue.closeStore(store);
    }
  }

  /**
   * Appends a record.
   *
   * @throws LogWriteException if that fails; the record is not in the log then, and the next append
   *     may succeed
   */
  long append(byte[] record) {
    long offset = write(record);
    closeSegment(queue.rollCycle().toCycle(offset - 1));
    long position = appender.wire().bytes().writePosition();
    if (position > segmentBytes) {
      segment.incrementAndGet();
      position = 0;
    }
    written = position;
    lastOffset = offset;
    return offset;
  }

  private long write(byte[] record) {
    try {
      appender.writeBytes(Bytes.wrapForRead(record));
      return appender.lastIndexAppended() + 1;
    } catch (Exception | LinkageError | AssertionError | InternalError e) {
      long next = nextOffset();
      // What failed may have come after the record was in its place.
      if (holds(next)) {
        return next;
      }
      throw new LogWriteException(directory, e);
    }
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
  private void closeSegment(int cycle) {
    if (cycle != closed) {
      PrivateFiles.closeFiles(directory);
      closed = cycle;
    }
  }

  /** Forces what was appended to the device. */
  void sync() {
    try {
      appender.sync();
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
    Tailer result = new Tailer(tailer);
    if (offset > 0) {
      // To the record itself and past it: the one after it may not exist yet.
      if (!tailer.moveToIndex(offset - 1) || !result.next()) {
        throw new IllegalStateException(
            "log offset " + offset + " is not in " + directory + ", which ends at " + lastOffset);
      }
    }
    return result;
  }

  LogTailer tailerOfLast(long records) {
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

  int deleteUpTo(long offset, long keepRecords, long keepBytes) {
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
      return written == 0 ? end(cycle).position : written;
    }
    return endedBytes.computeIfAbsent(cycle, c -> end(c).position);
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
    String name =
        java.time.format.DateTimeFormatter.ofPattern(CYCLE.format(), java.util.Locale.ROOT)
            .withZone(java.time.ZoneOffset.UTC)
            .format(java.time.Instant.ofEpochMilli(cycle * (long) CYCLE.lengthInMillis()));
    endedBytes.remove(cycle);
    try {
      return Files.deleteIfExists(directory.resolve(name + SingleChronicleQueue.SUFFIX));
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
    appender.close();
    queue.close();
  }

  private static final class Tailer implements LogTailer {
    private final ExcerptTailer tailer;
    private byte[] bytes = new byte[1024];
    private int length;
    private long offset;

    Tailer(ExcerptTailer tailer) {
      this.tailer = tailer;
    }

    @Override
    public boolean next() {
      try (DocumentContext document = tailer.readingDocument()) {
        if (!document.isPresent()) {
          return false;
        }
        Bytes<?> from = document.wire().bytes();
        length = (int) from.readRemaining();
        if (length > bytes.length) {
          bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
        }
        from.read(bytes, 0, length);
        offset = document.index() + 1;
        return true;
      }
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public void close() {
      tailer.close();
    }
  }
}
