package dev.dolmen.parameterstore.archive;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole snapshots in an {@link ObjectStore}. The files of a snapshot and of all that it builds on
 * are cut into pieces, each an object that is named by its SHA-256, so that a base is put once for
 * all that build on it, and what is read back is checked by its name. An {@link ArchiveManifest} is
 * put last: a snapshot is in the store as a whole, or not there.
 *
 * <p>One process at a time puts and deletes; a second would do no harm that is not found when a
 * snapshot is read. Any may read. Calls wait for the store.
 */
public final class SnapshotArchive implements AutoCloseable {
  /** A file is put in pieces of so many bytes, so that a call takes a bounded time and memory. */
  static final int PIECE_BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotArchive.class);
  private static final String MANIFESTS = "snapshots/";
  private static final String PIECES = "data/";

  /** About three terabytes of pieces. */
  private static final int MANIFEST_BYTES_MAX = 64 << 20;

  /** What no manifest names may be about to be named: by then it is not. */
  private static final Duration UNNAMED_AGE = Duration.ofHours(1);

  private static final Pattern WRITTEN_ID = Pattern.compile("([0-9]{16}-)([0-9a-f]{1,16})");
  private static final Pattern SORTING_ID = Pattern.compile("[0-9]{16}-[0-9a-f]{16}");

  private final ObjectStore store;

  /**
   * What was put.
   *
   * @param id under which it is found
   * @param bytes of pieces that were put; those that were there already do not count
   */
  public record Put(String id, long bytes) {}

  /** Takes the store, which is closed with this. */
  public SnapshotArchive(ObjectStore store) {
    this.store = store;
  }

  /** Where it is, for messages. */
  public String location() {
    return store.location();
  }

  /**
   * A snapshot's id in the store: the log offset in it has 16 digits, so that the newest id is last
   * in the order of characters.
   *
   * @throws IllegalArgumentException if it is not the id of a snapshot that an engine has written
   */
  public static String sortingId(String id) {
    Matcher written = WRITTEN_ID.matcher(id);
    if (!written.matches()) {
      throw new IllegalArgumentException(
          "snapshot id \"" + id + "\", expected 16 digits, '-' and up to 16 hex digits");
    }
    return written.group(1) + "0".repeat(16 - written.group(2).length()) + written.group(2);
  }

  /**
   * Ids of all snapshots in the store, the oldest first, also of those that turn out to be damaged.
   *
   * @throws IOException if the store does not answer
   */
  public List<String> ids() throws IOException {
    return store.list(MANIFESTS).stream()
        .map(object -> object.key().substring(MANIFESTS.length()))
        .filter(id -> SORTING_ID.matcher(id).matches())
        .toList();
  }

  /**
   * Puts a snapshot with all that it builds on.
   *
   * @param snapshot whose files do not change meanwhile
   * @param givesUp asked before each object
   * @throws IOException if the store does not answer, or holds a newer one, or it is given up; what
   *     was put is there the next time
   */
  public Put put(Snapshot snapshot, BooleanSupplier givesUp) throws IOException {
    String id = sortingId(snapshot.manifest().id());
    checkNewest(id);
    Map<String, Long> there = new HashMap<>();
    store.list(PIECES).forEach(object -> there.put(object.key(), object.bytes()));
    List<ArchiveManifest.Piece> pieces = new ArrayList<>();
    long bytes = 0;
    for (Snapshot each : snapshot.chain().reversed()) {
      for (Path file : files(each.directory())) {
        bytes += put(each.manifest().id(), file, pieces, there, givesUp);
      }
    }
    checkGoesOn(givesUp);
    ArchiveManifest manifest = new ArchiveManifest(snapshot.manifest().id(), pieces);
    store.put(MANIFESTS + id, manifest.format());
    return new Put(id, bytes);
  }

  /** Deleting old ones would delete this one, and keep another installation's. */
  private void checkNewest(String id) throws IOException {
    for (String there : ids()) {
      if (there.compareTo(id) > 0 && isReadable(there)) {
        throw new IOException(
            location()
                + " holds snapshot "
                + there
                + ", which is newer than "
                + id
                + ": it is another installation's, or this one has gone back to an older state;"
                + " name another prefix, or delete what is there");
      }
    }
  }

  private boolean isReadable(String id) throws IOException {
    try {
      return !manifest(id).id().isEmpty();
    } catch (DamagedArchiveException e) {
      return false;
    }
  }

  private static void checkGoesOn(BooleanSupplier givesUp) throws IOException {
    if (givesUp.getAsBoolean()) {
      throw new IOException("given up");
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, Files::isRegularFile)) {
      all.forEach(files::add);
    }
    Collections.sort(files);
    return files;
  }

  private long put(
      String snapshot,
      Path file,
      List<ArchiveManifest.Piece> pieces,
      Map<String, Long> there,
      BooleanSupplier givesUp)
      throws IOException {
    long put = 0;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(PIECE_BYTES);
      boolean first = true;
      while (first || bytes.length > 0) {
        checkGoesOn(givesUp);
        String sha256 = Sha256.of(bytes);
        String key = PIECES + sha256;
        if (there.getOrDefault(key, -1L) != bytes.length) {
          store.put(key, bytes);
          there.put(key, (long) bytes.length);
          put += bytes.length;
        }
        String name = String.valueOf(file.getFileName());
        pieces.add(new ArchiveManifest.Piece(snapshot, name, bytes.length, sha256));
        first = false;
        bytes = in.readNBytes(PIECE_BYTES);
      }
    }
    return put;
  }

  /**
   * Deletes all but the newest {@code keep} snapshots; if these all build on one base and {@code
   * keep} is above 1, the newest that builds on another is kept too. Those whose manifests are
   * damaged do not count. Then pieces go that no snapshot needs, an hour after they were put.
   *
   * @param keep at least 1
   * @return how many snapshots were deleted
   * @throws IOException if the store does not answer; what is left is deleted the next time
   */
  public int retain(int keep) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: " + keep + " is not above 0");
    }
    Set<String> named = new HashSet<>();
    Set<String> bases = new HashSet<>();
    List<String> old = new ArrayList<>();
    int kept = 0;
    for (String id : ids().reversed()) {
      try {
        ArchiveManifest manifest = manifest(id);
        boolean fallback = keep > 1 && bases.size() == 1 && !bases.contains(manifest.base());
        if (kept < keep || fallback) {
          kept++;
          bases.add(manifest.base());
          manifest.pieces().forEach(piece -> named.add(PIECES + piece.sha256()));
        } else {
          old.add(id);
        }
      } catch (DamagedArchiveException e) {
        // What is newer than all that is kept stays for whoever wants to know why.
        if (kept >= keep) {
          old.add(id);
        }
        LOG.warn("{}: snapshot {} is damaged: {}", location(), id, e.getMessage());
      }
    }
    for (String id : old) {
      store.delete(MANIFESTS + id);
    }
    deleteUnnamed(named);
    return old.size();
  }

  private void deleteUnnamed(Set<String> named) throws IOException {
    List<StoredObject> pieces = store.list(PIECES);
    // By the store's own clock: the newest of all objects says how late it is there.
    Instant now = Collections.max(List.of(newest(store.list(MANIFESTS)), newest(pieces)));
    for (StoredObject piece : pieces) {
      boolean old = piece.modified().isBefore(now.minus(UNNAMED_AGE));
      if (old && !named.contains(piece.key())) {
        store.delete(piece.key());
      }
    }
  }

  private static Instant newest(List<StoredObject> objects) {
    return objects.stream()
        .map(StoredObject::modified)
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private ArchiveManifest manifest(String id) throws IOException {
    String key = MANIFESTS + id;
    try {
      return ArchiveManifest.parse(key, store.get(key, MANIFEST_BYTES_MAX));
    } catch (NoSuchFileException e) {
      throw new DamagedArchiveException(key, "no such object");
    }
  }

  /**
   * Bytes that a snapshot takes with all that it builds on.
   *
   * @throws DamagedArchiveException if its manifest is damaged
   * @throws IOException if the store does not answer
   */
  public long bytes(String id) throws IOException {
    return manifest(id).bytes();
  }

  /**
   * Reads all of a snapshot and checks it.
   *
   * @throws DamagedArchiveException naming the first object that is missing or not as it was put
   * @throws IOException if the store does not answer
   */
  public void verify(String id) throws IOException {
    for (ArchiveManifest.Piece piece : manifest(id).pieces()) {
      var _ = read(piece);
    }
  }

  /**
   * Takes a snapshot, with all that it builds on, into a directory of snapshots. Those that are
   * there as they are in the store stay; others of the same ids are replaced.
   *
   * @param directory of a {@link dev.dolmen.parameterstore.snapshot.SnapshotStore}
   * @return the snapshot's id there
   * @throws DamagedArchiveException naming the first object that is missing or not as it was put
   * @throws IOException if the store does not answer, or the directory cannot be written
   */
  public String fetch(String id, Path directory) throws IOException {
    ArchiveManifest manifest = manifest(id);
    for (Map.Entry<String, Map<String, List<ArchiveManifest.Piece>>> each :
        manifest.snapshots().entrySet()) {
      FetchedSnapshot.take(directory, each.getKey(), each.getValue(), this::read);
    }
    return manifest.id();
  }

  /**
   * Takes the newest snapshot that is whole into a directory of snapshots.
   *
   * @param newerThan only if its id in the store is behind this; empty for any
   * @param refused told of every newer one that is damaged, with the reason
   * @return the snapshot's id there; empty if there is none
   * @throws IOException if the store does not answer, or the directory cannot be written
   */
  public Optional<String> fetchNewest(
      String newerThan, Path directory, BiConsumer<String, DamagedArchiveException> refused)
      throws IOException {
    for (String id : ids().reversed()) {
      if (id.compareTo(newerThan) <= 0) {
        return Optional.empty();
      }
      try {
        return Optional.of(fetch(id, directory));
      } catch (DamagedArchiveException e) {
        refused.accept(id, e);
      }
    }
    return Optional.empty();
  }

  private byte[] read(ArchiveManifest.Piece piece) throws IOException {
    String key = PIECES + piece.sha256();
    byte[] bytes;
    try {
      bytes = store.get(key, PIECE_BYTES);
    } catch (NoSuchFileException e) {
      throw new DamagedArchiveException(key, "no such object");
    }
    if (bytes.length != piece.bytes()) {
      throw new DamagedArchiveException(
          key, bytes.length + " bytes, " + piece.bytes() + " were put");
    }
    if (!Sha256.of(bytes).equals(piece.sha256())) {
      throw new DamagedArchiveException(key, "its bytes are not those that were put");
    }
    return bytes;
  }

  @Override
  public void close() {
    store.close();
  }
}
