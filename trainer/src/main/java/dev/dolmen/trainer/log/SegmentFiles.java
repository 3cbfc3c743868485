package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.DirectoryEntries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;

/**
 * The segments of a directory by their numbers, which Chronicle calls cycles and takes for hours
 * from 1970.
 */
final class SegmentFiles {
  static final RollCycles CYCLE = RollCycles.FAST_HOURLY;

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern(CYCLE.format(), Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path directory;

  SegmentFiles(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /** Where a segment is, or would be. */
  Path file(int cycle) {
    Instant named = Instant.ofEpochMilli(cycle * (long) CYCLE.lengthInMillis());
    return directory.resolve(NAME.format(named) + SingleChronicleQueue.SUFFIX);
  }

  /** Those that there are. */
  NavigableMap<Integer, Path> all() {
    NavigableMap<Integer, Path> all = new TreeMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "*" + SingleChronicleQueue.SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String stem = name.substring(0, name.length() - SingleChronicleQueue.SUFFIX.length());
        long ms = LocalDateTime.parse(stem, NAME).toInstant(ZoneOffset.UTC).toEpochMilli();
        all.put((int) (ms / CYCLE.lengthInMillis()), file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** The first there is; -1 if there is none. */
  int first() {
    NavigableMap<Integer, Path> all = all();
    return all.isEmpty() ? -1 : all.firstKey();
  }

  /** The last there is; -1 if there is none. */
  int last() {
    NavigableMap<Integer, Path> all = all();
    return all.isEmpty() ? -1 : all.lastKey();
  }

  /**
   * Makes segments durable, those from one on, also what is in mapped memory.
   *
   * @throws IOException if the device does not take them
   */
  void force(int fromCycle) throws IOException {
    for (Path file : all().tailMap(fromCycle, true).values()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    DirectoryEntries.force(directory);
  }
}
