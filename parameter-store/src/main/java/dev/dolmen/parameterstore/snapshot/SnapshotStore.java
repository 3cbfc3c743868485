package dev.dolmen.parameterstore.snapshot;

import com.github.luben.zstd.util.Native;
import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one installation: a directory with one directory a snapshot, named by its id.
 * Ids are chosen so that the newest is last in the order of their characters, and a snapshot builds
 * on older ones only.
 *
 * <p>A snapshot is written to a temporary name, made durable and renamed, so that under its own
 * name it is whole; what breaks on disk later is found by checksums. One process at a time writes:
 * one thread makes and deletes snapshots, another may {@link #compact} meanwhile. Any may read.
 */
public final class SnapshotStore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);
  private static final String TEMPORARY = ".tmp-";

  private final Path directory;

  /** Held while files are deleted, so that a merge does not begin among them. */
  private final Object deleting = new Object();

  private volatile @Nullable String compacting;

  /** Snapshots that were found damaged: they do not count as restorable. */
  private final Set<String> distrusted = ConcurrentHashMap.newKeySet();

  private SnapshotStore(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens the store for writing: makes the directory if there is none, and deletes what a process
   * that died left half-written.
   */
  public static SnapshotStore open(Path directory) throws IOException {
    PrivateFiles.createDirectories(directory);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
      for (Path path : left) {
        deleteQuietly(path);
      }
    }
    SnapshotStore store = new SnapshotStore(directory);
    store.deleteLeftovers();
    return store;
  }

  /**
   * Loads the compressor's native library, which is a file: at a start there is room for it, later
   * all file descriptors may be taken.
   */
  public static void loadCompressor() {
    Native.load();
  }

  /** Opens the store for reading beside a process that may be writing; changes nothing. */
  public static SnapshotStore openReadOnly(Path directory) {
    return new SnapshotStore(directory);
  }

  /**
   * Starts a snapshot.
   *
   * @param id letters, digits, '-' and '_'; one that exists already is refused
   * @param parent an older snapshot of which this one may hold the changes, or null
   */
  public SnapshotDraft create(String id, @Nullable Snapshot parent) throws IOException {
    if (!isId(id)) {
      throw new IllegalArgumentException(
          "snapshot id: \"" + id + "\", expected 1 to 100 letters, digits, '-' and '_'");
    }
    Path target = directory.resolve(id);
    if (Files.exists(target)) {
      throw new IllegalArgumentException("snapshot " + id + " exists already");
    }
    SnapshotManifest.Parent named = null;
    if (parent != null) {
      SnapshotManifest manifest = parent.manifest();
      if (manifest.version() == 1 || manifest.id().compareTo(id) >= 0) {
        throw new IllegalArgumentException(
            "snapshot "
                + id
                + ": parent "
                + manifest.id()
                + " of format version "
                + manifest.version()
                + ", expected an older one of version 2 or later");
      }
      named = new SnapshotManifest.Parent(manifest.id(), manifest.identity());
    }
    return new SnapshotDraft(directory.resolve(TEMPORARY + id), target, id, named);
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
   * Opens a snapshot and those that it builds on. Sections are checked as they are read; see {@link
   * Snapshot#verify}.
   *
   * @throws DamagedSnapshotException if a manifest is missing, damaged, of another version, or of
   *     another snapshot than its child was made from
   */
  public Snapshot open(String id) throws IOException {
    Path path = directory.resolve(id);
    SnapshotManifest manifest = SnapshotManifest.read(path);
    if (!manifest.id().equals(id)) {
      throw damaged(path, "id " + manifest.id() + ", not " + id);
    }
    SnapshotManifest.Parent named = manifest.parent();
    if (named == null) {
      return new Snapshot(path, manifest, null);
    }
    // Ids descend along a chain, so that it ends.
    if (!isId(named.id()) || named.id().compareTo(id) >= 0) {
      throw damaged(path, "parent " + named.id() + " is not older");
    }
    Snapshot parent = open(named.id());
    if (!parent.manifest().identity().equals(named.identity())) {
      throw damaged(
          path,
          "made from parent "
              + named.id()
              + " of identity "
              + named.identity()
              + ", the one that is there has "
              + parent.manifest().identity());
    }
    return new Snapshot(path, manifest, parent);
  }

  private static DamagedSnapshotException damaged(Path path, String problem) {
    return new DamagedSnapshotException(path.resolve(SnapshotManifest.FILE_NAME), -1, problem);
  }

  /**
   * The newest snapshot of which every block is as it was written, in it and in those that it
   * builds on.
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
   * Merges a snapshot with those that it builds on, so that it holds everything itself; nothing is
   * done if it does already. State and identity stay the same. Beside other writing; one at a time.
   *
   * @return the snapshot as it is then
   * @throws IOException if one of them is damaged or the disk is full; the snapshot is as before
   */
  public Snapshot compact(String id, Pace pace) throws IOException {
    synchronized (deleting) {
      compacting = id;
    }
    try {
      Snapshot snapshot = open(id);
      return snapshot.parent() == null
          ? snapshot
          : new Snapshot(snapshot.directory(), new Compaction(snapshot, pace).run(), null);
    } finally {
      compacting = null;
    }
  }

  /**
   * Where a snapshot is put together before it has its name; what a process that died has left
   * there goes when the store is opened the next time.
   */
  public static Path unfinished(Path directory, String id) {
    return directory.resolve(TEMPORARY + id);
  }

  /** Deletes a directory with its files; one that is not there is fine. */
  public static void deleteFiles(Path path) throws IOException {
    Directories.delete(path);
  }

  /**
   * Gives a snapshot's files, and those of all that it builds on, a second name each, so that they
   * stay as they are whatever becomes of the first. On the thread that deletes snapshots.
   *
   * @param into a new directory on the same file system; holds snapshots then
   * @return the snapshot there
   * @throws IOException if one of them is damaged, or the file system has no second names
   */
  public Snapshot link(String id, Path into) throws IOException {
    PrivateFiles.createDirectories(into);
    for (Snapshot each : open(id).chain()) {
      Path to = into.resolve(each.manifest().id());
      PrivateFiles.createDirectory(to);
      // The manifest first, and then what this one names: a merge may put another in its place.
      link(each.directory(), to, SnapshotManifest.FILE_NAME);
      for (SnapshotSection section : SnapshotManifest.read(to).sections()) {
        link(each.directory(), to, section.fileName());
      }
    }
    return openReadOnly(into).open(id);
  }

  private static void link(Path from, Path to, String name) throws IOException {
    Files.createLink(to.resolve(name), from.resolve(name));
  }

  private static void deleteQuietly(Path path) {
    try {
      Directories.delete(path);
    } catch (IOException e) {
      LOG.warn("{} is left over and cannot be deleted", path, e);
    }
  }

  /** A snapshot has turned out to be damaged: {@link #retain} does not count it any more. */
  public void distrust(String id) {
    distrusted.add(id);
  }

  /** Whether {@link #distrust} was called for it, and it was not deleted since. */
  public boolean isDistrusted(String id) {
    return distrusted.contains(id);
  }

  /** Deletes a snapshot; those that build on it cannot be restored any more. */
  public void delete(String id) throws IOException {
    Path unnamed = directory.resolve(TEMPORARY + id);
    Files.move(directory.resolve(id), unnamed, StandardCopyOption.ATOMIC_MOVE);
    Directories.delete(unnamed);
    distrusted.remove(id);
  }

  /**
   * Deletes all but what the newest {@code keep} snapshots need: they and those that they build on.
   * If these all build on one base and {@code keep} is above 1, the newest that builds on another
   * is kept too, so that one damaged file never takes everything. Those whose manifests cannot be
   * read, and those that are {@link #distrust}ed, do not count, so that a good one is never given
   * up for a broken one.
   *
   * <p>Some may be counted apart, so that they push out none of the others: as many of them are
   * kept, as far as they are newer than the oldest of the others that is kept.
   *
   * @param keep at least 1
   * @param apart whether a snapshot with such metadata is counted apart
   * @return how many were deleted
   */
  public int retain(int keep, Predicate<Map<String, String>> apart) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: " + keep + " is not above 0");
    }
    synchronized (deleting) {
      int deleted = deleteAllButNeeded(keep, apart);
      deleteLeftovers();
      return deleted;
    }
  }

  private int deleteAllButNeeded(int keep, Predicate<Map<String, String>> apart)
      throws IOException {
    List<String> ids = ids();
    Set<String> needed = needed(ids.reversed(), keep, apart);
    String merging = compacting;
    if (merging != null && isReadable(merging)) {
      open(merging).chain().forEach(s -> needed.add(s.manifest().id()));
    }
    String oldestNeeded = needed.stream().min(Comparator.naturalOrder()).orElse("");
    int deleted = 0;
    // Children before their parents; what cannot be read and is newer than all that is needed stays
    // for whoever wants to know why.
    for (String id : ids.reversed()) {
      if (!needed.contains(id) && (isReadable(id) || id.compareTo(oldestNeeded) < 0)) {
        try {
          delete(id);
          deleted++;
        } catch (IOException e) {
          // It must not keep the others, and the log that they need, for ever.
          LOG.warn("Snapshot {} cannot be deleted", id, e);
        }
      }
    }
    return deleted;
  }

  /** Ids of the newest {@code keep} restorable snapshots and of all that they build on. */
  private Set<String> needed(
      List<String> newestFirst, int keep, Predicate<Map<String, String>> apart) throws IOException {
    Set<String> needed = new HashSet<>();
    Set<String> bases = new HashSet<>();
    int kept = 0;
    int keptApart = 0;
    for (String id : newestFirst) {
      if (isReadable(id)) {
        Snapshot snapshot = open(id);
        boolean fallback = keep > 1 && bases.size() == 1;
        String base = snapshot.base().manifest().id();
        boolean isApart = apart.test(snapshot.manifest().metadata());
        boolean counts = kept < keep && (!isApart || keptApart < keep);
        if (counts || (fallback && !bases.contains(base))) {
          kept += isApart ? 0 : 1;
          keptApart += isApart ? 1 : 0;
          bases.add(base);
          snapshot.chain().forEach(s -> needed.add(s.manifest().id()));
        }
      }
    }
    return needed;
  }

  /** Deletes files that no manifest names: a merge ended, or died, and left them. */
  private void deleteLeftovers() throws IOException {
    for (String id : ids()) {
      if (!id.equals(compacting) && isReadable(id)) {
        Snapshot snapshot = open(id);
        try {
          Directories.deleteAllBut(snapshot.directory(), snapshot.manifest());
        } catch (IOException e) {
          LOG.warn("{} holds what cannot be deleted", snapshot.directory(), e);
        }
      }
    }
  }

  private boolean isReadable(String id) throws IOException {
    try {
      return open(id).chain().stream().noneMatch(s -> distrusted.contains(s.manifest().id()));
    } catch (DamagedSnapshotException e) {
      return false;
    }
  }

  private static boolean isId(String name) {
    return name.matches("[A-Za-z0-9_-]{1,100}");
  }
}
