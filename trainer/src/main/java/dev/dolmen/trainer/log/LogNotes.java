package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What a directory of segments cannot say of itself, in {@code segments.properties}.
 *
 * @param plainUpTo records up to this offset were written before records had checksums
 * @param gaps offsets that no record has, and never will
 */
record LogNotes(long plainUpTo, List<Gap> gaps) {
  private static final String NAME = "segments.properties";
  private static final String PLAIN = "plainUpTo";
  private static final String GAPS = "gaps";

  /**
   * Offsets without records: a power cut took them, or somebody gave them up.
   *
   * @param after the last offset before it, or 0
   * @param upTo the last offset in it
   */
  record Gap(long after, long upTo) {
    boolean holds(long offset) {
      return offset > after && offset <= upTo;
    }

    private static Gap parse(String text) {
      int dash = text.indexOf('-');
      return new Gap(
          Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    private String text() {
      return after + "-" + upTo;
    }
  }

  /** Of a directory without any: records of before may have no checksum. */
  private static final LogNotes NEW = new LogNotes(Long.MAX_VALUE, List.of());

  /**
   * Reads the notes of a directory; one without them was written before there were any, and its
   * records are told apart by their first byte.
   *
   * @throws IOException if the file is there and cannot be read
   */
  static LogNotes read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return NEW;
    }
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
      String gaps = values.getProperty(GAPS, "");
      return new LogNotes(
          Long.parseLong(values.getProperty(PLAIN, "0")),
          gaps.isEmpty() ? List.of() : Arrays.stream(gaps.split(",", -1)).map(Gap::parse).toList());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  /** Whether a directory had none. */
  static boolean isNew(LogNotes notes) {
    return notes.equals(NEW);
  }

  /** These, and one gap more. */
  LogNotes with(Gap gap) {
    List<Gap> all = new ArrayList<>(gaps);
    all.add(gap);
    return new LogNotes(plainUpTo, List.copyOf(all));
  }

  /** The last offset that no record may have any more; 0 if there is no gap. */
  long lastGap() {
    return gaps.stream().mapToLong(Gap::upTo).max().orElse(0);
  }

  boolean inGap(long offset) {
    return gaps.stream().anyMatch(gap -> gap.holds(offset));
  }

  /** Puts them in the place of those before; they are durable then. */
  void write(Path directory) throws IOException {
    String text =
        String.join(
            "\n",
            "# Of the files next to this one. Not to be edited.",
            PLAIN + "=" + plainUpTo,
            GAPS + "=" + gaps.stream().map(Gap::text).collect(Collectors.joining(",")),
            "");
    PrivateFiles.replace(directory.resolve(NAME), text);
  }
}
