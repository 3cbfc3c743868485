package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.parameterstore.archive.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Snapshots in an object store, seen past it, as the files that its objects are: {@code
 * snapshots/ID} lists pieces, {@code data/SHA256} is one. One thread.
 *
 * @param folder of all of them; it may not be there yet
 */
record StoredFiles(Path folder) {
  private static final Pattern ID = Pattern.compile("[0-9]{16}-[0-9a-f]{16}");
  private static final Pattern SHA256 = Pattern.compile("\\b[0-9a-f]{64}\\b");
  private static final int BATCH_DIGITS = 16;

  /** Ids of all snapshots, the oldest first. */
  List<String> ids() throws IOException {
    Path snapshots = folder.resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(snapshots)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> ID.matcher(name).matches())
          .sorted()
          .toList();
    }
  }

  /** The id of the newest; empty if there is none, and then before all others. */
  String newest() throws IOException {
    List<String> ids = ids();
    return ids.isEmpty() ? "" : ids.getLast();
  }

  /** Batches that a snapshot has learned, by its id. */
  static long batches(String id) {
    return Long.parseLong(id.substring(0, BATCH_DIGITS));
  }

  private Set<String> pieces(String id) throws IOException {
    Set<String> pieces = new LinkedHashSet<>();
    String list = Files.readString(folder.resolve("snapshots").resolve(id));
    SHA256.matcher(list).results().forEach(found -> pieces.add(found.group()));
    return pieces;
  }

  private Path piece(String sha256) {
    return folder.resolve("data").resolve(sha256);
  }

  /** Names of a snapshot's pieces that no other has, in order. */
  Set<String> ownPieces(String id) throws IOException {
    Set<String> own = new TreeSet<>(pieces(id));
    for (String other : ids()) {
      if (!other.equals(id)) {
        own.removeAll(pieces(other));
      }
    }
    return own;
  }

  /**
   * Flips the bits of the byte in the middle of a piece that a snapshot alone has: its size and
   * name stay.
   *
   * @throws IOException if it has none
   */
  void damage(String id) throws IOException {
    for (String name : ownPieces(id)) {
      if (Files.size(piece(name)) > 0) {
        flip(piece(name));
        return;
      }
    }
    throw new IOException("snapshot " + id + " has no piece of its own");
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int at = bytes.length / 2;
    bytes[at] = (byte) ~bytes[at];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var _ = channel.write(ByteBuffer.wrap(bytes, at, 1), at);
    }
  }

  /** The first piece of a snapshot that is missing or not what its name says; empty if none is. */
  String damaged(String id) throws IOException {
    for (String name : pieces(id)) {
      try {
        if (!Sha256.of(Files.readAllBytes(piece(name))).equals(name)) {
          return name;
        }
      } catch (NoSuchFileException e) {
        return name;
      }
    }
    return "";
  }
}
