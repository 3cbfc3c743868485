package dev.dolmen.parameterstore.snapshot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Directories as wholes. */
final class Directories {
  private Directories() {}

  /**
   * Deletes the files of a snapshot's directory that its manifest does not name. A folder is none
   * of ours and stays.
   */
  static void deleteAllBut(Path directory, SnapshotManifest manifest) throws IOException {
    Set<String> named = new HashSet<>();
    named.add(SnapshotManifest.FILE_NAME);
    manifest.sections().forEach(section -> named.add(section.fileName()));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        boolean stray = !named.contains(String.valueOf(file.getFileName()));
        if (stray && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    }
  }

  /**
   * Deletes a directory with what is in it, links themselves and not what they lead to; one that is
   * not there is fine.
   */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          delete(file);
        } else {
          Files.delete(file);
        }
      }
    }
    Files.delete(directory);
  }
}
