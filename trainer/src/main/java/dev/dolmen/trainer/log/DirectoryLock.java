package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exclusive lock on a data directory; it ends with the process. The file holds the number of the
 * process that has it, for whoever wants to know or to end it, and nothing after an orderly end.
 */
public final class DirectoryLock implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

  /** Name of the file in the directory; it stays when the lock ends. */
  public static final String FILE = "lock";

  /** Bytes read of the file; a number of a process is shorter. */
  private static final int MAX_BYTES = 32;

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
        PrivateFiles.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      try (channel) {
        throw new IOException(
            "data directory " + directory.toAbsolutePath() + " is in use by " + owner(channel));
      }
    }
    try {
      write(channel, ProcessHandle.current().pid() + "\n");
    } catch (IOException e) {
      // A full disk must not keep a start from serving; the lock holds without a number.
      LOG.debug("no process number in {}", file, e);
    }
    return new DirectoryLock(channel);
  }

  /** Read by the channel that is there: closing another one could end a lock of this process. */
  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {}
    String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    boolean number = !pid.isEmpty() && pid.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? "process " + pid : "another process";
  }

  private static void write(FileChannel channel, String text) throws IOException {
    channel.truncate(0);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
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
    try (channel) {
      if (channel.isOpen()) {
        write(channel, "");
      }
    }
  }
}
