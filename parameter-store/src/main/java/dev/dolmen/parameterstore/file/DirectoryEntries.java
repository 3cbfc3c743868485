package dev.dolmen.parameterstore.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The names that a directory lists. */
public final class DirectoryEntries {
  private DirectoryEntries() {}

  /**
   * Makes them durable: a file's own fsync does not cover its name.
   *
   * @param directory null for what is above a file system's root, where there is nothing to do
   * @throws IOException if the device does not take them
   */
  public static void force(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
