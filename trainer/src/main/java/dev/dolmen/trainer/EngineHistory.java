package dev.dolmen.trainer;

import dev.dolmen.trainer.log.DiskRoom;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.snapshot.HistoryMark;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a directory's log and snapshots go together, and what of a disk the log may take. */
final class EngineHistory {
  private static final Logger LOG = LoggerFactory.getLogger(EngineHistory.class);

  private EngineHistory() {}

  /** The log's options, bounded to what the disk holds. */
  static LogOptions fitted(EngineOptions options) {
    long diskBytes = DiskRoom.totalBytes(options.dataDirectory());
    LogOptions fitted = options.log().onDiskOf(diskBytes);
    if (!fitted.equals(options.log())) {
      LOG.warn(
          "log.max_bytes is {}, the file system of {} holds {} in all: the log is bounded to {}",
          options.log().maxBytes(),
          options.dataDirectory(),
          diskBytes,
          fitted.maxBytes());
    }
    return fitted;
  }

  /** A power cut may have taken records that the snapshot has learned. */
  private static void goOnBehind(Path directory, FeedbackLog log, long savedOffset)
      throws IOException {
    long end = log.lastOffset();
    if (savedOffset > end && log.goOnBehind(savedOffset)) {
      LOG.warn(
          "The log in {} ends at offset {}, before the newest snapshot, which has learned"
              + " everything up to {}: the log goes on behind that. What was acknowledged since is"
              + " lost, as nothing but a sync before each acknowledgement (log.fsync: each_append)"
              + " outlasts a power cut",
          directory.resolve("log"),
          end,
          savedOffset);
    }
  }

  /** Without a snapshot all of the log is needed: a part of it would give another model. */
  static void check(Path directory, SnapshotCodec snapshots, FeedbackLog log, long savedOffset)
      throws IOException {
    if (snapshots.latest() == null) {
      HistoryMark.checkNone(directory);
    }
    if (snapshots.latest() == null && !log.isFromTheBeginning()) {
      throw new IOException(
          directory.resolve("snapshots")
              + ": no snapshot is whole, and the log in "
              + directory.resolve("log")
              + " no longer holds what came before them; bring a snapshot back from a backup, or"
              + " start anew with an empty data directory");
    }
    goOnBehind(directory, log, savedOffset);
    try {
      log.tailer(savedOffset).close();
    } catch (IllegalStateException e) {
      throw new IOException(
          directory.resolve("snapshots")
              + ": the newest snapshot that is whole needs what the log no longer holds: "
              + e.getMessage(),
          e);
    }
  }
}
