package dev.dolmen.trainer.history;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts of items in a file of text: a line with its name, version and the log's offset, then a
 * line for each item, the one counted last at the end: hash of its id, when it was counted first,
 * its newest hour, and each number that is not 0 with its place in {@link ItemCounts#numbers}.
 *
 * <p>Nothing depends on it: a file that is not to be used is left out, with a warning that says
 * why, and replaced later. Any thread.
 */
final class ItemHistoryFile {
  static final String NAME = "item-history";
  private static final String HEAD = "dolmen-item-history 1 ";
  private static final int NUMBERS = 2 * (ItemCounts.HOURS + ItemCounts.DAYS);
  private static final Logger LOG = LoggerFactory.getLogger(ItemHistoryFile.class);

  private final Path path;
  private long written;

  private ItemHistoryFile(Path path) {
    this.path = path;
  }

  static ItemHistoryFile of(Path directory) {
    return new ItemHistoryFile(directory.resolve(NAME));
  }

  /**
   * What it holds; nothing if there is none, or it is not to be used.
   *
   * @param end offset of the log's last record: what counts more is of another log
   * @param applied offset from which on records will come
   */
  ItemHistory read(long end, long applied) {
    if (Files.exists(path)) {
      try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.US_ASCII)) {
        long offset = offset(in.readLine());
        if (offset > end) {
          throw new IOException("counts up to offset " + offset + " of a log that ends at " + end);
        }
        ItemHistory history = new ItemHistory(offset, this);
        history.restore(items(in));
        if (offset < applied) {
          LOG.info(
              "{}: clicks and exposure of items lack the records from offset {} to {}, which an"
                  + " ended process did not keep",
              path,
              offset,
              applied);
        }
        return history;
      } catch (IOException | RuntimeException e) {
        LOG.warn("{} is left out, clicks and exposure of items begin again", path, e);
      }
    }
    return new ItemHistory(0, this);
  }

  private static long offset(String head) throws IOException {
    if (head == null || !head.startsWith(HEAD)) {
      throw new IOException("expected its first line to begin with " + HEAD);
    }
    return Long.parseLong(head.substring(HEAD.length()));
  }

  private static Map<Long, ItemCounts> items(BufferedReader in) throws IOException {
    Map<Long, ItemCounts> items = new LinkedHashMap<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ", -1);
      int[] numbers = new int[NUMBERS];
      for (int i = 3; i < parts.length; i++) {
        int colon = parts[i].indexOf(':');
        numbers[Integer.parseInt(parts[i], 0, colon, 10)] =
            Integer.parseInt(parts[i], colon + 1, parts[i].length(), 10);
      }
      items.put(
          Long.parseUnsignedLong(parts[0], 16),
          new ItemCounts(Long.parseLong(parts[1]), Integer.parseInt(parts[2]), numbers));
    }
    return items;
  }

  /** Replaces it as a whole, unless it holds more already; where that fails, says so. */
  synchronized void write(ItemHistory.Kept kept) {
    if (kept.offset() <= written) {
      return;
    }
    written = kept.offset();
    StringBuilder text = new StringBuilder(HEAD).append(kept.offset()).append('\n');
    kept.items()
        .forEach((id, counts) -> {
          text.append(Long.toHexString(id)).append(' ').append(counts.sinceMs);
          text.append(' ').append(counts.hour());
          int[] numbers = counts.numbers();
          IntStream.range(0, numbers.length)
              .filter(i -> numbers[i] != 0)
              .forEach(i -> text.append(' ').append(i).append(':').append(numbers[i]));
          text.append('\n');
        });
    try {
      PrivateFiles.replace(path, text.toString());
    } catch (IOException e) {
      LOG.warn("{}: clicks and exposure of items are not kept: {}", path, e.toString());
    }
  }
}
