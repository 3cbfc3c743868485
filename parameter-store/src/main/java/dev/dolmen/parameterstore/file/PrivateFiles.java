package dev.dolmen.parameterstore.file;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files and directories that the process's own user may use and nobody else: 0600 and 0700,
 * whatever the umask. The rights are given as the file is made, so that there is no moment at which
 * others could open it. A file system without such rights is used as it is.
 */
public final class PrivateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);

  private static final Set<PosixFilePermission> OF_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OF_FILE =
      PosixFilePermissions.fromString("rw-------");

  private PrivateFiles() {}

  /**
   * Makes a directory and those above it that are missing; one that is there stays as it is.
   *
   * @throws IOException if it cannot be made, or is a file
   */
  public static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, attributes(directory, OF_DIRECTORY));
  }

  /**
   * Makes a directory.
   *
   * @throws IOException if it cannot be made, or is there already
   */
  public static void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory, attributes(directory, OF_DIRECTORY));
  }

  /**
   * Opens a file; if that makes it, it is private.
   *
   * @throws IOException as {@link FileChannel#open(Path, OpenOption...)}
   */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attributes(file, OF_FILE));
  }

  /**
   * Writes a new file; its bytes are durable then, its name is not.
   *
   * @throws IOException if it is there already, or cannot be written
   */
  public static void writeNew(Path file, String text) throws IOException {
    try (FileChannel channel =
        open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Writes a file, or another in its place, as a whole: who reads it meanwhile, or after a power
   * cut, gets the one or the other. It is durable then. Makes the directories above it that are
   * missing.
   *
   * @throws IOException if it cannot be written
   */
  public static void replace(Path file, String text) throws IOException {
    Path target = file.toAbsolutePath();
    Path directory = requireNonNull(target.getParent(), "a file in a directory");
    createDirectories(directory);
    Path next = target.resolveSibling(target.getFileName() + ".new");
    Files.deleteIfExists(next);
    writeNew(next, text);
    Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DirectoryEntries.force(directory);
  }

  /**
   * Takes from others the files in a directory, for those whose maker does not ask for rights. What
   * cannot be changed is said in a warning: the files serve as well as before.
   */
  public static void closeFiles(Path directory) {
    if (!hasRights(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && !OF_FILE.containsAll(Files.getPosixFilePermissions(file))) {
          Files.setPosixFilePermissions(file, OF_FILE);
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: its files cannot be closed to others: {}", directory, e.toString());
    }
  }

  /**
   * Says that others may look into a directory, and how to end that; empty if they may not.
   *
   * @throws IOException if its rights cannot be read
   */
  public static Optional<String> openToOthers(Path directory) throws IOException {
    if (!hasRights(directory)) {
      return Optional.empty();
    }
    Set<PosixFilePermission> rights = Files.getPosixFilePermissions(directory);
    if (OF_DIRECTORY.containsAll(rights)) {
      return Optional.empty();
    }
    String found =
        directory + " is open to others (" + PosixFilePermissions.toString(rights) + "): ";
    UserPrincipal owner = Files.getOwner(directory);
    return Optional.of(
        owner.equals(self(directory))
            ? found + "close it with chmod -R go= " + directory
            : found
                + "it belongs to "
                + owner.getName()
                + ", so name a directory below it, which is then made for this user alone");
  }

  /** The user that this process's files belong to. */
  private static UserPrincipal self(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "owner-test", null);
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> rights) {
    return hasRights(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(rights)}
        : new FileAttribute<?>[0];
  }

  private static boolean hasRights(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
