package dev.dolmen.parameterstore.archive;

import dev.dolmen.parameterstore.file.DirectoryEntries;
import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * One snapshot's directory, written as the snapshot's own process wrote it: under a temporary name,
 * made durable, renamed.
 */
final class FetchedSnapshot {
  private FetchedSnapshot() {}

  /** Reads a piece and checks it. */
  @FunctionalInterface
  interface Pieces {
    byte[] read(ArchiveManifest.Piece piece) throws IOException;
  }

  /** Takes a snapshot's files, unless the directory has them already. */
  static void take(
      Path directory, String id, Map<String, List<ArchiveManifest.Piece>> files, Pieces pieces)
      throws IOException {
    Path target = directory.resolve(id);
    if (holds(target, files)) {
      return;
    }
    Path unfinished = SnapshotStore.unfinished(directory, id);
    SnapshotStore.deleteFiles(unfinished);
    PrivateFiles.createDirectories(directory);
    PrivateFiles.createDirectory(unfinished);
    for (Map.Entry<String, List<ArchiveManifest.Piece>> file : files.entrySet()) {
      write(unfinished.resolve(file.getKey()), file.getValue(), pieces);
    }
    DirectoryEntries.force(unfinished);
    SnapshotStore.deleteFiles(target);
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    DirectoryEntries.force(directory);
  }

  private static void write(Path file, List<ArchiveManifest.Piece> parts, Pieces pieces)
      throws IOException {
    try (FileChannel channel =
        PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (ArchiveManifest.Piece part : parts) {
        ByteBuffer left = ByteBuffer.wrap(pieces.read(part));
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
      channel.force(true);
    }
  }

  private static boolean holds(Path target, Map<String, List<ArchiveManifest.Piece>> files)
      throws IOException {
    if (!Files.isDirectory(target)) {
      return false;
    }
    for (Map.Entry<String, List<ArchiveManifest.Piece>> file : files.entrySet()) {
      Path path = target.resolve(file.getKey());
      if (!Files.isRegularFile(path) || !isAs(path, file.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAs(Path file, List<ArchiveManifest.Piece> parts) throws IOException {
    if (Files.size(file) != parts.stream().mapToLong(ArchiveManifest.Piece::bytes).sum()) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      for (ArchiveManifest.Piece part : parts) {
        if (!Sha256.of(in.readNBytes(part.bytes())).equals(part.sha256())) {
          return false;
        }
      }
    }
    return true;
  }
}
