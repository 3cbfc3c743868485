package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one dataset in a folder: interactions {@code NAME.inter}, or in parts {@code
 * NAME.train.inter}, {@code NAME.valid.inter}, {@code NAME.test.inter}, and items {@code
 * NAME.item}; each plain or with {@code .gz}.
 *
 * @param name what the files' names begin with
 * @param parts interaction files in the order in which they are read
 * @param itemFile metadata of items, if there is any
 */
public record RecBoleDataset(String name, List<Path> parts, @Nullable Path itemFile) {
  private static final Pattern INTERACTIONS =
      Pattern.compile("(.+?)(\\.(?:train|valid|test))?\\.inter(?:\\.gz)?");
  private static final List<String> PART_ORDER = List.of("", ".train", ".valid", ".test");

  public RecBoleDataset {
    parts = List.copyOf(parts);
  }

  /**
   * Finds the dataset in a folder.
   *
   * @throws IOException if there is none or more than one; the message says what was looked for
   */
  public static RecBoleDataset find(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw Files.exists(folder)
          ? new NotDirectoryException(folder + ": not a folder")
          : new IOException(folder + ": no such folder");
    }
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> {
        Matcher m = INTERACTIONS.matcher(String.valueOf(file.getFileName()));
        if (m.matches()) {
          names.add(m.group(1));
        }
      });
    }
    if (names.size() != 1) {
      throw new IOException(
          folder
              + (names.isEmpty() ? ": no" : ": several datasets " + names + ", expected one")
              + (names.isEmpty() ? " file *.inter or *.inter.gz in RecBole's format" : ""));
    }
    String name = names.first();
    List<Path> parts = new ArrayList<>();
    for (String part : PART_ORDER) {
      Path file = either(folder, name + part + ".inter");
      if (file != null) {
        parts.add(file);
      }
    }
    Path first = parts.getFirst();
    if (parts.size() > 1 && !String.valueOf(first.getFileName()).contains(".train.")) {
      throw new IOException(
          first + ": the whole lies beside parts " + parts.subList(1, parts.size()));
    }
    return new RecBoleDataset(name, parts, either(folder, name + ".item"));
  }

  /**
   * Which part of a dataset a file is: {@code .train}, {@code .valid}, {@code .test} or nothing.
   */
  static String part(Path file) {
    Matcher m = INTERACTIONS.matcher(String.valueOf(file.getFileName()));
    return m.matches() && m.group(2) != null ? m.group(2) : "";
  }

  private static @Nullable Path either(Path folder, String name) throws IOException {
    Path plain = folder.resolve(name);
    Path zipped = folder.resolve(name + ".gz");
    if (Files.exists(plain) && Files.exists(zipped)) {
      throw new IOException(plain + ": both plain and gzipped, expected one of them");
    }
    if (Files.exists(plain)) {
      return plain;
    }
    return Files.exists(zipped) ? zipped : null;
  }
}
