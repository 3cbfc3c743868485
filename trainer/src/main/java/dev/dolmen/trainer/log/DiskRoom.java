package dev.dolmen.trainer.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Looks, before anything is written, whether a file system has the room that it takes. Log and
 * journal are mapped memory: a page that the file system cannot back ends the process without a
 * word.
 */
public final class DiskRoom {
  /**
   * What a start writes for certain: the first pages of log and journal, and the boundaries of the
   * batches that the journal does not have yet.
   */
  public static final long START_BYTES = 8L << 20;

  private DiskRoom() {}

  /**
   * Refuses a start that the disk has no room for.
   *
   * @param directory exists
   * @throws IOException if a data directory has too little room for a start; nothing was changed
   */
  public static void checkStart(Path directory) throws IOException {
    check(directory, Files.getFileStore(directory).getUsableSpace(), START_BYTES, "a start");
  }

  /**
   * What a directory's file system holds in all, free or not.
   *
   * @throws UncheckedIOException if it does not say
   */
  public static long totalBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getTotalSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Refuses what the disk has no room for.
   *
   * @param directory whose file system it is
   * @param freeBytes on it
   * @param neededBytes that {@code what} takes
   * @throws IOException naming all of them if there is less than that
   */
  public static void check(Path directory, long freeBytes, long neededBytes, String what)
      throws IOException {
    if (freeBytes < neededBytes) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "disk full: %d bytes are free for %s, %s needs %d; nothing was changed, make room"
                  + " and try again",
              freeBytes,
              directory,
              what,
              neededBytes));
    }
  }
}
