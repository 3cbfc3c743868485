package dev.dolmen.parameterstore.snapshot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The snapshots of one installation: a directory with one directory a snapshot, named by its id.
 * Ids are chosen so that the newest is last in the order of their characters.
 *
 * <p>A snapshot is written to a temporary name, made durable and renamed, so that under its own
 * name it is whole; what breaks on disk later is found by checksums. One process and one thread at
 * a time writes; any may read.
 */
public final class SnapshotStore {
  private static final String TEMPORARY = ".tmp-";

  private final Path directory;

  private SnapshotStore(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens the store for writing: makes the directory if there is none, and deletes what a process
   * that died left half-written.
   */
  public static SnapshotStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
      for (Path path : left) {
        Directories.delete(path);
      }
    }
    return new SnapshotStore(directory);
  }

  /** Opens the store for reading beside a process that may be writing; changes nothing. */
  public static SnapshotStore openReadOnly(Path directory) {
    return new SnapshotStore(directory);
  }

  /**
   * Starts a snapshot.
   *
   * @param id letters, digits, '-' and '_'; one that exists already is refused
   */
  public SnapshotDraft create(String id) throws IOException {
    if (!isId(id)) {
      throw new IllegalArgumentException(
          "snapshot id: \"" + id + "\", expected 1 to 100 letters, digits, '-' and '_'");
    }
    Path target = directory.resolve(id);
    if (Files.exists(target)) {
      throw new IllegalArgumentException("snapshot " + id + " exists already");
    }
    return new SnapshotDraft(directory.resolve(TEMPORARY + id), target, id);
  }

  /** Ids of all snapshots, the oldest first, also of those that turn out to be damaged. */
  public List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, Files::isDirectory)) {
        for (Path path : paths) {
          String name = String.valueOf(path.getFileName());
          if (isId(name)) {
            ids.add(name);
          }
        }
      }
    }
    Collections.sort(ids);
    return ids;
  }

  /**
   * Opens a snapshot. Its sections are checked as they are read; see {@link Snapshot#verify}.
   *
   * @throws DamagedSnapshotException if its manifest is missing, damaged or of another version
   */
  public Snapshot open(String id) throws IOException {
    Path path = directory.resolve(id);
    SnapshotManifest manifest = SnapshotManifest.read(path);
    if (!manifest.id().equals(id)) {
      throw new DamagedSnapshotException(
          path.resolve(SnapshotManifest.FILE_NAME), -1, "id " + manifest.id() + ", not " + id);
    }
    return new Snapshot(path, manifest);
  }

  /**
   * The newest snapshot of which every block is as it was written.
   *
   * @param refused is told of every newer one that is not, with the reason
   */
  public Optional<Snapshot> openLatestWhole(BiConsumer<String, IOException> refused)
      throws IOException {
    for (String id : ids().reversed()) {
      try {
        Snapshot snapshot = open(id);
        snapshot.verify();
        return Optional.of(snapshot);
      } catch (IOException e) {
        refused.accept(id, e);
      }
    }
    return Optional.empty();
  }

  /**
   * Deletes all but the newest {@code keep} snapshots. Those whose manifest cannot be read do not
   * count, so that a good one is never given up for a broken one.
   *
   * @param keep at least 1
   * @return how many were deleted
   */
  public int retain(int keep) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: " + keep + " is not above 0");
    }
    int readable = 0;
    int deleted = 0;
    for (String id : ids().reversed()) {
      if (readable < keep) {
        readable += isReadable(id) ? 1 : 0;
      } else {
        Path unnamed = directory.resolve(TEMPORARY + id);
        Files.move(directory.resolve(id), unnamed, StandardCopyOption.ATOMIC_MOVE);
        Directories.delete(unnamed);
        deleted++;
      }
    }
    return deleted;
  }

  private boolean isReadable(String id) throws IOException {
    try {
      open(id);
      return true;
    } catch (DamagedSnapshotException e) {
      return false;
    }
  }

  private static boolean isId(String name) {
    return name.matches("[A-Za-z0-9_-]{1,100}");
  }
}
