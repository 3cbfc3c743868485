package dev.dolmen.trainer.history;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts of items in a file of text: a line with its name, version and the log's offset; a line for
 * each number of {@link ShownSources}, with the hour in which it has shown something last and its
 * three names, or empty; then a line for each item, the one counted last at the end: hash of its
 * id, when it was counted first, its newest hour, when it was shown first of what has a place, and
 * each number that is not 0 with its place in {@link ItemCounts#numbers}. Version 1 is without
 * sources and places.
 *
 * <p>Nothing depends on it: a file that is not to be used is left out, with a warning that says
 * why, and replaced later. Any thread.
 */
final class ItemHistoryFile {
  static final String NAME = "item-history";
  private static final String HEAD = "dolmen-item-history 2 ";
  private static final String HEAD_1 = "dolmen-item-history 1 ";
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
        String head = in.readLine();
        boolean placed = head == null || !head.startsWith(HEAD_1);
        long offset = offset(head, placed ? HEAD : HEAD_1);
        if (offset > end) {
          throw new IOException("counts up to offset " + offset + " of a log that ends at " + end);
        }
        ShownSources sources = placed ? sources(in) : new ShownSources();
        ItemHistory history = new ItemHistory(offset, this, sources);
        history.restore(items(in, placed));
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

  private static long offset(@Nullable String line, String head) throws IOException {
    if (line == null || !line.startsWith(head)) {
      throw new IOException("expected its first line to begin with " + head);
    }
    return Long.parseLong(line.substring(head.length()));
  }

  private static ShownSources sources(BufferedReader in) throws IOException {
    ShownSources sources = new ShownSources();
    for (int i = ShownSources.OTHERS + 1; i < ShownSources.MAX; i++) {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("expected " + (ShownSources.MAX - 1) + " lines of rankers");
      }
      if (!line.isEmpty()) {
        String[] parts = line.split(" ", -1);
        ShownBy by = new ShownBy(decoded(parts[1]), decoded(parts[2]), decoded(parts[3]));
        sources.put(i, by, Integer.parseInt(parts[0]));
      }
    }
    return sources;
  }

  /** Any text without blanks, in ASCII. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /**
   * @param placed whether it has places
   */
  private static Map<Long, ItemCounts> items(BufferedReader in, boolean placed) throws IOException {
    Map<Long, ItemCounts> items = new LinkedHashMap<>();
    int first = placed ? 4 : 3;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ", -1);
      int[] numbers = new int[placed ? ItemCounts.NUMBERS : ItemCounts.RINGS];
      for (int i = first; i < parts.length; i++) {
        int colon = parts[i].indexOf(':');
        numbers[Integer.parseInt(parts[i], 0, colon, 10)] =
            Integer.parseInt(parts[i], colon + 1, parts[i].length(), 10);
      }
      items.put(
          Long.parseUnsignedLong(parts[0], 16),
          new ItemCounts(
              Long.parseLong(parts[1]),
              Integer.parseInt(parts[2]),
              placed ? Long.parseLong(parts[3]) : -1,
              Arrays.copyOf(numbers, ItemCounts.NUMBERS)));
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
    append(text, kept.sources());
    kept.items().forEach((id, counts) -> append(text, id, counts));
    try {
      PrivateFiles.replace(path, text.toString());
    } catch (IOException e) {
      LOG.warn("{}: clicks and exposure of items are not kept: {}", path, e.toString());
    }
  }

  private static void append(StringBuilder text, ShownSources sources) {
    for (int i = ShownSources.OTHERS + 1; i < ShownSources.MAX; i++) {
      ShownBy by = sources.at(i);
      if (by != null) {
        text.append(sources.lastHour(i)).append(' ').append(encoded(by.ranker())).append(' ');
        text.append(encoded(by.experiment())).append(' ').append(encoded(by.arm()));
      }
      text.append('\n');
    }
  }

  private static void append(StringBuilder text, long id, ItemCounts counts) {
    text.append(Long.toHexString(id)).append(' ').append(counts.sinceMs);
    text.append(' ').append(counts.hour()).append(' ').append(counts.placedSinceMs());
    int[] numbers = counts.numbers();
    IntStream.range(0, numbers.length)
        .filter(i -> numbers[i] != 0)
        .forEach(i -> text.append(' ').append(i).append(':').append(numbers[i]));
    text.append('\n');
  }
}
