package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of the log that could not be applied, kept as files where a person can look at them: the
 * record's bytes as {@code OFFSET.record}, and why as {@code OFFSET.txt}, the offset in
 * hexadecimal. A record that is read again by a start takes the same files. At most {@value
 * #MAX_RECORDS}: more are no accident, and training has to stop. Owned by the training thread; the
 * count is for any.
 */
public final class QuarantinedRecords {
  /** Records at most. */
  public static final int MAX_RECORDS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(QuarantinedRecords.class);
  private static final String SUFFIX = ".record";

  private final Path directory;
  private volatile int count;

  /**
   * @param directory made when the first record comes
   * @throws IOException if it is there and cannot be read
   */
  public QuarantinedRecords(Path directory) throws IOException {
    this.directory = directory;
    count = countFiles();
  }

  private int countFiles() throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    int files = 0;
    try (DirectoryStream<Path> records = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path _ : records) {
        files++;
      }
    }
    return files;
  }

  /** Records in the directory. Any thread. */
  public int count() {
    return count;
  }

  /**
   * Keeps a record that could not be applied.
   *
   * @param offset of the record
   * @param cause why it could not
   * @throws IOException if it cannot be written, or there are too many already
   */
  public void add(long offset, byte[] bytes, int length, Exception cause) throws IOException {
    String name = Long.toHexString(offset);
    Path record = directory.resolve(name + SUFFIX);
    if (count >= MAX_RECORDS && !Files.exists(record)) {
      throw new IOException(
          "the record at log offset "
              + name
              + " cannot be applied, and "
              + directory
              + " holds "
              + count
              + " such records already: see what they are, and delete them to go on",
          cause);
    }
    PrivateFiles.createDirectories(directory);
    Files.write(record, Arrays.copyOf(bytes, length));
    Files.write(
        directory.resolve(name + ".txt"), cause.toString().getBytes(StandardCharsets.UTF_8));
    count = countFiles();
    LOG.error(
        "The record at log offset {} cannot be applied and is left out: {}", name, record, cause);
  }
}
