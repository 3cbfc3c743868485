package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotManifest;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.log.LogOptions;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of a data directory and the room on its disk, as they are when they are asked for:
 * manifests are read, and nothing else. Any thread, next to a process that writes and deletes them.
 */
public final class SnapshotsOnDisk {
  /** Snapshots that are listed at most, the newest. */
  public static final int LISTED_MAX = 100;

  private final Path directory;
  private final long minFreeBytes;
  private final Path snapshots;
  private final SnapshotStore store;

  /**
   * A snapshot.
   *
   * @param parent whose changes it holds; empty if it holds everything, or is damaged
   * @param timeMs when its files were written last, milliseconds since 1970
   * @param batches learned by then; -1 if it is not known
   * @param logOffset of the last record in it; -1 if it is not known
   * @param bytes of its own files
   * @param damage why it cannot be opened; empty if it can
   */
  public record Listed(
      String id,
      String parent,
      long timeMs,
      long batches,
      long logOffset,
      long bytes,
      String damage) {}

  /**
   * Of a file system.
   *
   * @param freeBytes that this process may use
   * @param minFreeBytes with less of them nothing is logged; 0 where the log is elsewhere
   */
  public record Room(long totalBytes, long freeBytes, long minFreeBytes) {}

  /**
   * @param directory of the data, which has them in {@code snapshots}
   * @param log that the directory may have, too
   */
  public SnapshotsOnDisk(Path directory, LogOptions log) {
    this.directory = directory;
    minFreeBytes = log.kind() == LogOptions.Kind.KAFKA ? 0 : log.minFreeBytes();
    snapshots = directory.resolve("snapshots");
    store = SnapshotStore.openReadOnly(snapshots);
  }

  /**
   * The newest first. One that is deleted meanwhile is left out.
   *
   * @throws IOException if the directory cannot be read
   */
  public List<Listed> list() throws IOException {
    List<String> ids = store.ids();
    List<Listed> listed = new ArrayList<>();
    for (int i = ids.size() - 1; i >= 0 && listed.size() < LISTED_MAX; i--) {
      Listed one = look(ids.get(i));
      if (one != null) {
        listed.add(one);
      }
    }
    return listed;
  }

  private @Nullable Listed look(String id) throws IOException {
    Path path = snapshots.resolve(id);
    try {
      Snapshot snapshot = store.open(id);
      SnapshotFile file = new SnapshotFile(snapshot);
      SnapshotManifest.Parent parent = snapshot.manifest().parent();
      return new Listed(
          id,
          parent == null ? "" : parent.id(),
          timeMs(path),
          file.batches(),
          file.logOffset(),
          snapshot.manifest().fileBytes(),
          "");
    } catch (IOException e) {
      if (!Files.exists(path)) {
        return null;
      }
      return new Listed(id, "", timeMs(path), -1, -1, 0, String.valueOf(e.getMessage()));
    }
  }

  private static long timeMs(Path path) throws IOException {
    return Files.getLastModifiedTime(path).toMillis();
  }

  /**
   * On the disk of the data directory.
   *
   * @throws IOException if it does not say
   */
  public Room room() throws IOException {
    FileStore disk = Files.getFileStore(directory);
    return new Room(disk.getTotalSpace(), disk.getUsableSpace(), minFreeBytes);
  }
}
