package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An exclusive lock on a data directory; it ends with the process. */
public final class DirectoryLock implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

  /** Name of the file in the directory; it stays when the lock ends. */
  public static final String FILE = "lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Creates the directory if there is none, for this process's user alone, and locks it. One that
   * is open to others is used, with a warning that says how to close it.
   *
   * @throws IOException if another engine has it, or it cannot be written
   */
  public static DirectoryLock acquire(Path directory) throws IOException {
    PrivateFiles.createDirectories(directory);
    PrivateFiles.openToOthers(directory).ifPresent(open -> LOG.warn("data directory {}", open));
    Path file = directory.resolve(FILE);
    FileChannel channel =
        PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      throw new IOException(
          "data directory " + directory.toAbsolutePath() + " is in use by another process");
    }
    return new DirectoryLock(channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this process.
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
