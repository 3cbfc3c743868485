package dev.dolmen.server.audit;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines in files that are closed to others: {@code audit.jsonl}, which grows, and those before it,
 * {@code audit-000001.jsonl} and so on, of which the oldest go. All together never take more than a
 * bound. The directory is made with the first line.
 *
 * <p>A line is there whole or not at all, and whoever writes it is told if it is not. That is why
 * these are no files of logback's: its appenders say nothing to the caller when a disk is full,
 * leave rights to the umask, and look at sizes now and then. One thread at a time.
 */
final class AuditFiles implements Closeable {
  static final String CURRENT = "audit.jsonl";

  private static final Pattern ENDED = Pattern.compile("audit-(\\d{6,18})\\.jsonl");

  private final Path directory;
  private final Path current;
  private final long maxFileBytes;
  private final long maxBytes;
  private @Nullable FileChannel out;

  /** Bytes of whole lines in the current file. */
  private long size;

  AuditFiles(Path directory, long maxFileBytes, long maxBytes) {
    this.directory = directory;
    current = directory.resolve(CURRENT);
    this.maxFileBytes = maxFileBytes;
    this.maxBytes = maxBytes;
  }

  /**
   * Adds a line, its end included.
   *
   * @throws IOException if it is not there now; the next attempt may succeed
   */
  void append(byte[] line) throws IOException {
    FileChannel file = open();
    if (size > 0 && size + line.length > maxFileBytes) {
      file = next();
    }
    try {
      ByteBuffer left = ByteBuffer.wrap(line);
      while (left.hasRemaining()) {
        file.write(left);
      }
      size += line.length;
    } catch (IOException e) {
      cutBack(file, e);
      throw e;
    }
  }

  /** The current file, where somebody may have taken it away. */
  private FileChannel open() throws IOException {
    FileChannel open = out;
    if (open != null && open.isOpen() && Files.exists(current)) {
      return open;
    }
    close();
    PrivateFiles.createDirectories(directory);
    FileChannel opened =
        PrivateFiles.open(
            current, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    out = opened;
    try {
      size = wholeLines(opened);
      opened.truncate(size).position(size);
      return opened;
    } catch (IOException e) {
      closeAfter(e);
      throw e;
    }
  }

  /** The next line opens the file again, and looks for its last whole line. */
  private void closeAfter(IOException cause) {
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Where the last line ends; a process may have died while it wrote one. */
  private static long wholeLines(FileChannel file) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    for (long end = file.size(); end > 0; end--) {
      last.clear();
      file.read(last, end - 1);
      if (last.get(0) == '\n') {
        return end;
      }
    }
    return 0;
  }

  /** Half a line would spoil the next one. */
  private void cutBack(FileChannel file, IOException cause) {
    try {
      file.truncate(size).position(size);
    } catch (IOException e) {
      cause.addSuppressed(e);
      closeAfter(cause);
    }
  }

  private FileChannel next() throws IOException {
    close();
    SortedMap<Long, Path> ended = ended();
    long number = ended.isEmpty() ? 1 : ended.lastKey() + 1;
    Path last = directory.resolve("audit-%06d.jsonl".formatted(number));
    Files.move(current, last);
    ended.put(number, last);
    long bytes = maxFileBytes; // What the current file may come to.
    for (Path each : ended.values()) {
      bytes += Files.size(each);
    }
    for (Path oldest : ended.values()) {
      if (bytes <= maxBytes) {
        break;
      }
      bytes -= Files.size(oldest);
      Files.delete(oldest);
    }
    return open();
  }

  private SortedMap<Long, Path> ended() throws IOException {
    SortedMap<Long, Path> ended = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = ENDED.matcher(file.getFileName().toString());
        if (name.matches()) {
          ended.put(Long.parseLong(name.group(1)), file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return ended;
  }

  @Override
  public void close() throws IOException {
    FileChannel open = out;
    out = null;
    if (open != null) {
      open.close();
    }
  }
}
