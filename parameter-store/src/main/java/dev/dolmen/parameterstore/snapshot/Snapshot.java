package dev.dolmen.parameterstore.snapshot;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on disk with those that it builds on, for reading: a section of which it holds only
 * the changes is read merged with its parents'. Holds no file open; any thread.
 */
public final class Snapshot implements SnapshotReader {
  /** Blocks read ahead of a whole section, and of each section of changes. */
  static final int LOOK_AHEAD = 8;

  static final int DELTA_LOOK_AHEAD = 2;

  private final Path directory;
  private final SnapshotManifest manifest;
  private final @Nullable Snapshot parent;
  private final Map<String, SnapshotSection> byName = new LinkedHashMap<>();

  /**
   * @param parent the snapshot that the manifest names, if it names one
   */
  Snapshot(Path directory, SnapshotManifest manifest, @Nullable Snapshot parent) {
    this.directory = directory;
    this.manifest = manifest;
    this.parent = parent;
    for (SnapshotSection section : manifest.sections()) {
      byName.put(section.name(), section);
    }
  }

  public SnapshotManifest manifest() {
    return manifest;
  }

  public Path directory() {
    return directory;
  }

  /** The snapshot that this one holds the changes of, or null if it holds everything itself. */
  public @Nullable Snapshot parent() {
    return parent;
  }

  /** This snapshot and those that it builds on, the newest first. */
  public List<Snapshot> chain() {
    List<Snapshot> chain = new ArrayList<>();
    for (Snapshot s = this; s != null; s = s.parent) {
      chain.add(s);
    }
    return chain;
  }

  /** The oldest of the {@link #chain}, which holds everything itself. */
  public Snapshot base() {
    return chain().getLast();
  }

  @Override
  public Set<String> sections() {
    Set<String> names = new TreeSet<>();
    byName.keySet().forEach(name -> names.add(RowsFormat.wholeName(name)));
    return names;
  }

  @Override
  public DataInputStream section(String name) throws IOException {
    List<Snapshot> sources = sources(name);
    return sources.size() == 1
        ? file(name, LOOK_AHEAD)
        : new DataInputStream(new MergedRowsInputStream(sources.reversed(), name));
  }

  /** The snapshots from which a section is read: this one back to the one that holds it whole. */
  List<Snapshot> sources(String name) throws IOException {
    List<Snapshot> sources = new ArrayList<>();
    for (Snapshot s = this; s != null; s = s.parent) {
      sources.add(s);
      if (s.byName.containsKey(name)) {
        return sources;
      }
      if (!s.byName.containsKey(RowsFormat.deltaName(name))) {
        throw new DamagedSnapshotException(s.manifestPath(), -1, "no section " + name);
      }
    }
    throw new DamagedSnapshotException(
        sources.getLast().manifestPath(), -1, "changes of section " + name + " without a parent");
  }

  /** Opens one file of this snapshot as it is. */
  DataInputStream file(String name, int ahead) throws IOException {
    return new DataInputStream(blocks(name, ahead));
  }

  private BlockInputStream blocks(String name, int ahead) throws IOException {
    SnapshotSection section = byName.get(name);
    if (section == null) {
      throw new DamagedSnapshotException(manifestPath(), -1, "no section " + name);
    }
    return new BlockInputStream(filePath(name), section, ahead);
  }

  Path filePath(String name) {
    return directory.resolve(SnapshotSection.fileName(name));
  }

  private Path manifestPath() {
    return directory.resolve(SnapshotManifest.FILE_NAME);
  }

  /** Sections of which this snapshot holds the changes only. */
  List<String> deltaSections() {
    return byName.keySet().stream().filter(RowsFormat::isDelta).map(RowsFormat::wholeName).toList();
  }

  /** Bytes of this snapshot's files of changes. */
  public long deltaBytes() {
    return manifest.sections().stream()
        .filter(s -> RowsFormat.isDelta(s.name()))
        .mapToLong(SnapshotSection::fileBytes)
        .sum();
  }

  /**
   * Bytes of the files from which the sections are read that this snapshot holds the changes of:
   * the whole ones and all changes.
   *
   * @return whole, changes
   */
  public long[] mergedBytes() throws IOException {
    long whole = 0;
    long changes = 0;
    for (String name : deltaSections()) {
      for (Snapshot source : sources(name)) {
        SnapshotSection section = source.byName.get(name);
        SnapshotSection delta = source.byName.get(RowsFormat.deltaName(name));
        whole += section == null ? 0 : section.fileBytes();
        changes += section != null || delta == null ? 0 : delta.fileBytes();
      }
    }
    return new long[] {whole, changes};
  }

  /**
   * Reads every block from which this snapshot is restored and checks its checksum: all of its own,
   * and those of its parents that hold sections of which it has the changes only. Nothing is
   * decompressed.
   *
   * @throws DamagedSnapshotException naming the first file and block that is not as it was written
   */
  public void verify() throws IOException {
    verify(name -> true);
  }

  /**
   * As {@link #verify()}, for some of the sections.
   *
   * @param which says of a section's name whether to read it
   */
  public void verify(Predicate<String> which) throws IOException {
    for (String name : sections()) {
      if (which.test(name)) {
        for (Snapshot source : sources(name)) {
          source.verifyFile(source.byName.containsKey(name) ? name : RowsFormat.deltaName(name));
        }
      }
    }
  }

  private void verifyFile(String name) throws IOException {
    try (BlockInputStream in = blocks(name, 1)) {
      in.verify();
    }
  }
}
