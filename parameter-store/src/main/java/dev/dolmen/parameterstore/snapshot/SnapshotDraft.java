package dev.dolmen.parameterstore.snapshot;

import dev.dolmen.parameterstore.file.DirectoryEntries;
import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot being written, in a temporary directory that becomes the snapshot's by {@link
 * #commit}. Closed without it, nothing is left. One thread.
 */
public final class SnapshotDraft implements SnapshotWriter, Closeable {
  private final Path temporary;
  private final Path target;
  private final String id;
  private final SnapshotManifest.@Nullable Parent parent;
  private final List<SnapshotSection> sections = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private @Nullable BlockOutputStream open;
  private boolean committed;

  SnapshotDraft(Path temporary, Path target, String id, SnapshotManifest.@Nullable Parent parent)
      throws IOException {
    this.parent = parent;
    this.temporary = temporary;
    this.target = target;
    this.id = id;
    PrivateFiles.createDirectory(temporary);
  }

  @Override
  public DataOutputStream section(String name) throws IOException {
    checkOpen();
    if (RowsFormat.isDelta(name) && parent == null) {
      throw new IllegalArgumentException("section " + name + ": the snapshot has no parent");
    }
    if (!name.matches("[A-Za-z0-9_./-]{1,200}")) {
      throw new IllegalArgumentException(
          "section name: \"" + name + "\", expected letters, digits, '-', '_', '.' and '/'");
    }
    if (open != null) {
      throw new IllegalStateException("section " + name + ": the one before is still open");
    }
    if (!names.add(name)) {
      throw new IllegalArgumentException("section " + name + " was written already");
    }
    Path file = temporary.resolve(SnapshotSection.fileName(name));
    BlockOutputStream blocks = new BlockOutputStream(file, () -> end(name));
    open = blocks;
    return new DataOutputStream(blocks);
  }

  private void end(String name) {
    BlockOutputStream ended = open;
    if (ended == null) {
      throw new IllegalStateException("section " + name + " is not open");
    }
    open = null;
    sections.add(ended.section(name));
  }

  /**
   * Makes the snapshot whole: durable first, then visible under its id.
   *
   * @param metadata kept in the manifest
   */
  public SnapshotManifest commit(Map<String, String> metadata) throws IOException {
    checkOpen();
    if (open != null) {
      throw new IllegalStateException("a section is still open");
    }
    SnapshotManifest manifest = SnapshotManifest.born(id, parent, metadata, sections);
    manifest.write(temporary.resolve(SnapshotManifest.FILE_NAME));
    DirectoryEntries.force(temporary);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    committed = true;
    DirectoryEntries.force(target.toAbsolutePath().getParent());
    return manifest;
  }

  private void checkOpen() {
    if (committed) {
      throw new IllegalStateException("snapshot " + id + " is committed");
    }
  }

  /** Deletes what was written unless it was committed. */
  @Override
  public void close() throws IOException {
    if (open != null) {
      open.abandon();
      open = null;
    }
    if (!committed) {
      Directories.delete(temporary);
    }
  }
}
