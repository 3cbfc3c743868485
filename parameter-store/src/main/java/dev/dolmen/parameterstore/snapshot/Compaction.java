package dev.dolmen.parameterstore.snapshot;

import dev.dolmen.parameterstore.file.DirectoryEntries;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Merges a snapshot with those that it builds on, on disk, so that it holds everything itself: its
 * sections of changes are replaced by whole ones. Identity and state stay the same, so that
 * snapshots that build on it still do.
 *
 * <p>The new files are written beside the old ones and read back; then the new manifest takes the
 * old one's place by one rename. A process that dies before it leaves the snapshot as it was and
 * files that no manifest names, which {@link Directories#deleteAllBut} clears; after it, the same
 * with the old files. Streams: memory does not depend on the number of rows.
 */
final class Compaction {
  private static final int COPY_BYTES = BlockFormat.BLOCK_BYTES;
  private static final String TEMPORARY_MANIFEST = "manifest.new";

  private final Snapshot snapshot;
  private final Pace pace;
  private final List<SnapshotSection> sections = new ArrayList<>();

  Compaction(Snapshot snapshot, Pace pace) {
    this.snapshot = snapshot;
    this.pace = pace;
  }

  /** Merges; the files of changes are left for the next clearing, as someone may be reading. */
  SnapshotManifest run() throws IOException {
    Directories.deleteAllBut(snapshot.directory(), snapshot.manifest());
    for (SnapshotSection section : snapshot.manifest().sections()) {
      String name = RowsFormat.wholeName(section.name());
      sections.add(RowsFormat.isDelta(section.name()) ? merge(name) : section);
    }
    SnapshotManifest merged = snapshot.manifest().merged(sections);
    Snapshot written = new Snapshot(snapshot.directory(), merged, null);
    for (String name : snapshot.deltaSections()) {
      readBack(written, name);
    }
    Path manifest = snapshot.directory().resolve(TEMPORARY_MANIFEST);
    merged.write(manifest);
    DirectoryEntries.force(snapshot.directory());
    pace.block();
    Files.move(
        manifest,
        snapshot.directory().resolve(SnapshotManifest.FILE_NAME),
        StandardCopyOption.ATOMIC_MOVE);
    DirectoryEntries.force(snapshot.directory());
    return merged;
  }

  private SnapshotSection merge(String name) throws IOException {
    BlockOutputStream out = new BlockOutputStream(snapshot.filePath(name), () -> {});
    byte[] bytes = new byte[COPY_BYTES];
    try (InputStream in = snapshot.section(name)) {
      int n = in.readNBytes(bytes, 0, bytes.length);
      while (n > 0) {
        out.write(bytes, 0, n);
        pace.block();
        n = in.readNBytes(bytes, 0, bytes.length);
      }
      out.close();
    } finally {
      out.abandon();
    }
    return out.section(name);
  }

  /** Reads what was written beside what it was merged from: equal, byte for byte. */
  private void readBack(Snapshot written, String name) throws IOException {
    byte[] expected = new byte[COPY_BYTES];
    byte[] found = new byte[COPY_BYTES];
    try (InputStream source = snapshot.section(name);
        InputStream in = written.section(name)) {
      int n;
      do {
        n = source.readNBytes(expected, 0, COPY_BYTES);
        int m = in.readNBytes(found, 0, COPY_BYTES);
        if (!Arrays.equals(expected, 0, n, found, 0, m)) {
          throw new DamagedSnapshotException(
              written.filePath(name), -1, "differs from what was written");
        }
        pace.block();
      } while (n > 0);
    }
  }
}
