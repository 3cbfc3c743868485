package dev.dolmen.server.access;

import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that keeps API keys: read by servers, changed by {@code dolmen key}, which replaces it
 * as a whole, so that a server reads the one or the other. Two who change it at once wait for one
 * another at a lock beside it.
 */
public final class KeyFile {
  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final NamedFile file;
  private final Path path;

  /**
   * Reads nothing yet.
   *
   * @param setting what names the file, for messages
   */
  public KeyFile(String setting, Path path) {
    file = new NamedFile(setting, path.toString());
    this.path = path;
  }

  /** Whether there is one. */
  boolean exists() {
    return Files.exists(path);
  }

  NamedFile named() {
    return file;
  }

  /**
   * The keys, in the order in which they were made.
   *
   * @throws UnusableFileException if there is no file, it cannot be read, others may write it, or
   *     it holds anything else
   */
  public List<StoredKey> keys() throws UnusableFileException {
    return KeyLines.parse(file, read());
  }

  /** All of it as text. */
  String read() throws UnusableFileException {
    String text = file.read("a JSON object a line");
    refuseWritableByOthers();
    return text;
  }

  /** Who may write it could make a key for themselves. */
  private void refuseWritableByOthers() throws UnusableFileException {
    try {
      if (path.getFileSystem().supportedFileAttributeViews().contains("posix")
          && Files.getPosixFilePermissions(path).stream().anyMatch(OF_OTHERS::contains)) {
        throw file.unusable("others may write it: close it with chmod go-w " + path);
      }
    } catch (IOException e) {
      throw file.unusable("its rights cannot be read: " + e.getMessage());
    }
  }

  /**
   * Makes a key and keeps what a server needs to know it again.
   *
   * @return the key, which is not kept anywhere
   * @throws IllegalArgumentException if the name is no name or is taken, or there are no roles
   * @throws UnusableFileException if the file that is there cannot be read
   * @throws IOException if it cannot be written
   */
  public KeyText create(
      String name, Set<Role> roles, Instant created, @Nullable Instant expires, SecureRandom random)
      throws UnusableFileException, IOException {
    if (!KeyLines.NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("\"" + name + "\": expected " + KeyLines.NAME_FORM);
    }
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("no role, expected some of " + Role.allSpelled());
    }
    KeyText key = KeyText.random(random);
    StoredKey stored = StoredKey.of(key, new Principal(name, roles), created, expires, random);
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      PrivateFiles.createDirectories(directory);
    }
    try (FileChannel _ = lock()) {
      List<StoredKey> keys = new ArrayList<>(exists() ? keys() : List.of());
      if (keys.stream().anyMatch(k -> k.principal().name().equals(name))) {
        throw new IllegalArgumentException(
            "there is a key of the name "
                + name
                + " in "
                + path
                + ": choose another, or revoke it");
      }
      keys.add(stored);
      replace(keys);
    }
    return key;
  }

  /**
   * Takes a key away.
   *
   * @param nameOrId of the key
   * @return the key; empty if there is none
   * @throws UnusableFileException if the file cannot be read
   * @throws IOException if it cannot be written
   */
  public Optional<StoredKey> revoke(String nameOrId) throws UnusableFileException, IOException {
    keys(); // Without a file there is nothing to lock.
    try (FileChannel _ = lock()) {
      List<StoredKey> keys = new ArrayList<>(keys());
      Optional<StoredKey> revoked =
          keys.stream()
              .filter(k -> k.principal().name().equals(nameOrId) || k.id().equals(nameOrId))
              .findFirst();
      if (revoked.isPresent()) {
        keys.remove(revoked.get());
        replace(keys);
      }
      return revoked;
    }
  }

  /** Held until the channel is closed, or the process ends. */
  private FileChannel lock() throws IOException {
    FileChannel channel =
        PrivateFiles.open(beside(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      channel.lock();
      locked = true;
      return channel;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private void replace(List<StoredKey> keys) throws IOException {
    PrivateFiles.replace(target(), KeyLines.text(keys));
  }

  private Path beside(String ending) throws IOException {
    Path target = target();
    return target.resolveSibling(target.getFileName() + ending);
  }

  /** What a link leads to is replaced, and not the link. */
  private Path target() throws IOException {
    return exists() ? path.toRealPath() : path.toAbsolutePath();
  }
}
