package dev.dolmen.parameterstore.snapshot;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A whole snapshot on disk, for reading. Holds no file open; any thread. */
public final class Snapshot implements SnapshotReader {
  private final Path directory;
  private final SnapshotManifest manifest;
  private final Map<String, SnapshotSection> byName = new LinkedHashMap<>();

  Snapshot(Path directory, SnapshotManifest manifest) {
    this.directory = directory;
    this.manifest = manifest;
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

  @Override
  public Set<String> sections() {
    return Set.copyOf(byName.keySet());
  }

  @Override
  public DataInputStream section(String name) throws IOException {
    SnapshotSection section = byName.get(name);
    if (section == null) {
      throw new DamagedSnapshotException(
          directory.resolve(SnapshotManifest.FILE_NAME), -1, "no section " + name);
    }
    return new DataInputStream(
        new BlockInputStream(directory.resolve(section.fileName()), section));
  }

  /**
   * Reads every block of every section.
   *
   * @throws DamagedSnapshotException naming the first file and block that is not as it was written
   */
  public void verify() throws IOException {
    for (String name : byName.keySet()) {
      try (InputStream in = section(name)) {
        in.skipNBytes(byName.get(name).rawBytes());
        if (in.read() >= 0) {
          throw new IOException(name + ": more bytes than the manifest says");
        }
      }
    }
  }
}
