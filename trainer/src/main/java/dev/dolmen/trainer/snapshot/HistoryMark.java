package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mark of a data directory whose log does not hold all that was learned: it began from history,
 * or from a snapshot that was restored. Without a whole snapshot a start of it would begin with
 * nothing, and say nothing of it.
 */
public final class HistoryMark {
  /** In the data directory. */
  public static final String FILE = "history-in-snapshots";

  private static final String TEXT =
      "What was learned before the log began is in the snapshots of this directory alone.\n";

  private HistoryMark() {}

  /** Marks a directory. */
  public static void put(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      PrivateFiles.writeNew(file, TEXT);
    }
  }

  /**
   * Refuses a marked directory of which no snapshot is whole.
   *
   * @throws IOException if it is marked
   */
  public static void checkNone(Path directory) throws IOException {
    if (Files.exists(directory.resolve(FILE))) {
      throw new IOException(
          directory.resolve("snapshots")
              + ": no snapshot is whole, and what was learned before the log began is in them"
              + " alone; bring a snapshot back from a backup, or, to begin without it, remove "
              + directory.resolve(FILE));
    }
  }
}
