package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded feedback log, a Chronicle Queue on the local disk.
 *
 * <p>An acknowledged record survives the death of the process always, as it is in the operating
 * system's page cache by then; it survives a power cut if every append is synced. When less than
 * the floor is free on the disk, appends are refused and nothing is damaged.
 */
public final class ChronicleFeedbackLog implements FeedbackLog {
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleFeedbackLog.class);

  /** Mapped at a time. A record takes a quarter of it at most: 4 MiB and its envelope. */
  private static final long BLOCK_BYTES = 17L << 20;

  /** What it takes of a record, with room for its envelope and Chronicle's header. */
  private static final int RECORD_BYTES_MAX = (int) (BLOCK_BYTES / 4) - 1_024;

  private final ReentrantLock lock = new ReentrantLock();
  private final ChronicleSegments segments;
  private final DiskFloor floor;
  private final boolean sync;

  /** Why the last append failed; empty if it did not. */
  private String failure = "";

  private boolean closed;

  /**
   * @param segmentBytes size after which a new file is begun
   * @param minFreeBytes free bytes that stay on the file system
   * @param sync whether each append is forced to the device
   */
  public ChronicleFeedbackLog(Path directory, long segmentBytes, long minFreeBytes, boolean sync)
      throws IOException {
    this(directory, segmentBytes, minFreeBytes, sync, usableBytes(directory));
  }

  ChronicleFeedbackLog(
      Path directory, long segmentBytes, long minFreeBytes, boolean sync, LongSupplier usableBytes)
      throws IOException {
    floor = new DiskFloor(usableBytes, minFreeBytes);
    segments = new ChronicleSegments(directory, segmentBytes, BLOCK_BYTES);
    this.sync = sync;
  }

  private static LongSupplier usableBytes(Path directory) throws IOException {
    PrivateFiles.createDirectories(directory);
    FileStore store = Files.getFileStore(directory);
    return () -> {
      try {
        return store.getUsableSpace();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  @Override
  public LogAppend begin(byte[] record) {
    if (record.length == 0) {
      throw new IllegalArgumentException("a record of 0 bytes, expected 1 or more");
    }
    if (record.length > RECORD_BYTES_MAX) {
      throw new LogRecordTooLargeException(record.length, RECORD_BYTES_MAX);
    }
    lock.lock();
    try {
      if (closed) {
        throw new LogUnavailableException("the feedback log is closed");
      }
      checkWhole();
      floor.check(record.length);
      return LogAppend.done(append(record));
    } finally {
      lock.unlock();
    }
  }

  private void checkWhole() {
    LogDamagedException damage = segments.damage();
    if (damage != null) {
      throw new LogUnavailableException(String.valueOf(damage.getMessage()), damage);
    }
  }

  private long append(byte[] record) {
    try {
      long offset = segments.append(record);
      if (sync) {
        segments.sync();
      }
      failure = "";
      return offset;
    } catch (LogWriteException e) {
      throw failed(e);
    }
  }

  private LogUnavailableException failed(LogWriteException e) {
    if (failure.isEmpty()) {
      LOG.error("The feedback log cannot be written", e);
    }
    failure = String.valueOf(e.getMessage());
    return new LogUnavailableException(failure, e);
  }

  @Override
  public String notTaking() {
    lock.lock();
    try {
      if (closed) {
        return "the feedback log is closed";
      }
      LogDamagedException damage = segments.damage();
      if (damage != null) {
        return String.valueOf(damage.getMessage());
      }
      if (!failure.isEmpty()) {
        tryAgain();
      }
      return failure.isEmpty() ? floor.refusal() : failure;
    } finally {
      lock.unlock();
    }
  }

  private void tryAgain() {
    try {
      segments.probe();
      failure = "";
    } catch (LogWriteException e) {
      var _ = failed(e);
    }
  }

  @Override
  public LogTailer tailer(long offset) {
    return segments.tailer(offset);
  }

  @Override
  public LogTailer tailerOfLast(long records) {
    return segments.tailerOfLast(records);
  }

  @Override
  public long lastOffset() {
    return segments.lastOffset();
  }

  @Override
  public boolean isFromTheBeginning() {
    return segments.isFromTheBeginning();
  }

  @Override
  public long sizeBytes() {
    return segments.sizeBytes();
  }

  @Override
  public void force() throws IOException {
    segments.force();
  }

  @Override
  public boolean goOnBehind(long offset) throws IOException {
    lock.lock();
    try {
      return segments.goOnBehind(offset);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean deleteUpTo(long offset, long keepRecords, long keepBytes) {
    lock.lock();
    try {
      return !closed && segments.deleteUpTo(offset, keepRecords, keepBytes) > 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        segments.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
