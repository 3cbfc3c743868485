package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.AtomicColumn;
import dev.dolmen.server.data.AtomicFileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A published split of pairs of user and item that have no times, as GAR (SIGIR 2022) and ALDI
 * (SIGIR 2023) have made them: files {@code splits/NAME.SPLIT.PART.inter}, plain or gzipped, with
 * the columns {@code user_id} and {@code item_id}. A cold item is one of the cold parts, of whose
 * pairs none is learned. Immutable.
 *
 * @param name of the split
 * @param parts pairs by part, in the order of the files
 * @param items how many there are, in all parts together and in the dataset
 */
public record ItemSetSplit(String name, Map<Part, List<EvalClick>> parts, int items) {
  /** What becomes of the pairs of a file. */
  public enum Part {
    /** Learned. */
    LEARNED("warm_emb"),
    /** Learned, too, where there is such a file. */
    LEARNED_TOO("warm_map"),
    /** For tuning, pairs of items that others have. */
    WARM_VALIDATION("warm_val"),
    WARM_TEST("warm_test"),
    /** For tuning, pairs of items of which nothing is learned. */
    COLD_VALIDATION("cold_item_val"),
    COLD_TEST("cold_item_test");

    private final String file;

    Part(String file) {
      this.file = file;
    }

    /** As files name it. */
    public String file() {
      return file;
    }

    /** Whether nothing is learned of its items. */
    boolean cold() {
      return this == COLD_VALIDATION || this == COLD_TEST;
    }

    /** Whether its pairs are learned. */
    boolean learned() {
      return this == LEARNED || this == LEARNED_TOO;
    }
  }

  private static final Pattern FIRST_FILE =
      Pattern.compile("(.+)\\." + Part.LEARNED.file + "\\.inter(\\.gz)?");

  /**
   * Reads a split of a dataset.
   *
   * @param dataset all pairs, as {@link EvalDataset#readPairs} reads them, and the items' metadata
   * @param folder of the dataset
   * @throws IOException if a file is missing or cannot be read, or its pairs are not those of the
   *     dataset, each in one part; the message names file, line and value
   */
  public static ItemSetSplit read(EvalDataset dataset, Path folder, String name)
      throws IOException {
    Reading reading = new Reading(dataset);
    Map<Part, List<EvalClick>> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      Path file = find(folder, dataset.name(), name, part);
      parts.put(part, file == null ? List.of() : reading.pairs(file, part));
    }
    reading.checkAllRead(folder, name);
    ItemSetSplit split = new ItemSetSplit(name, parts, dataset.items());
    split.checkCold();
    return split;
  }

  private static @Nullable Path find(Path folder, String dataset, String split, Part part)
      throws IOException {
    Path plain =
        folder.resolve("splits").resolve(dataset + "." + split + "." + part.file + ".inter");
    Path zipped = plain.resolveSibling(plain.getFileName() + ".gz");
    if (Files.exists(plain) || Files.exists(zipped)) {
      return Files.exists(plain) ? plain : zipped;
    }
    if (part == Part.LEARNED_TOO) {
      return null;
    }
    throw new IOException(
        plain
            + " or .gz: no such file, which the protocol item-sets reads of the split "
            + split
            + "; splits in the folder: "
            + splits(folder.resolve("splits"), dataset));
  }

  /** Names of the splits that have a first file. */
  private static String splits(Path folder, String dataset) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        files.forEach(file -> {
          Matcher m = FIRST_FILE.matcher(String.valueOf(file.getFileName()));
          if (m.matches() && m.group(1).startsWith(dataset + ".")) {
            names.add(m.group(1).substring(dataset.length() + 1));
          }
        });
      }
    }
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** Nothing of an item of the cold parts may stand in another one. */
  private void checkCold() throws IOException {
    BitSet cold = cold();
    for (Part part : Part.values()) {
      for (EvalClick pair : parts.getOrDefault(part, List.of())) {
        if (!part.cold() && cold.get(pair.item())) {
          throw new IOException(
              "split "
                  + name
                  + ": item \""
                  + pair.row().item()
                  + "\" is in "
                  + part.file
                  + " and in a cold part, expected one of them");
        }
      }
    }
  }

  /** The pairs of a part. */
  public List<EvalClick> pairs(Part part) {
    return parts.getOrDefault(part, List.of());
  }

  /** Items of which nothing is learned. */
  public BitSet cold() {
    BitSet cold = new BitSet();
    parts.forEach((part, pairs) -> {
      if (part.cold()) {
        pairs.forEach(pair -> cold.set(pair.item()));
      }
    });
    return cold;
  }

  /** Reads files against the pairs of the dataset. */
  private static final class Reading {
    private final EvalDataset dataset;
    private final Map<String, Map<String, EvalClick>> pairs = new HashMap<>();
    private final Map<EvalClick, Part> taken = new HashMap<>();

    Reading(EvalDataset dataset) {
      this.dataset = dataset;
      for (EvalClick pair : dataset.learned()) {
        pairs
            .computeIfAbsent(pair.row().session(), user -> new HashMap<>())
            .put(pair.row().item(), pair);
      }
    }

    List<EvalClick> pairs(Path file, Part part) throws IOException {
      List<EvalClick> read = new ArrayList<>();
      try (AtomicFileReader in = AtomicFileReader.open(file)) {
        int users = in.require("user_id", AtomicColumn.Type.TOKEN);
        int items = in.require("item_id", AtomicColumn.Type.TOKEN);
        while (in.next()) {
          read.add(pair(in.token(users), in.token(items), part, file + ", line " + in.line()));
        }
      }
      if (read.isEmpty()) {
        throw new IOException(file + ": no pairs, expected one at least");
      }
      return List.copyOf(read);
    }

    private EvalClick pair(String user, String item, Part part, String where) throws IOException {
      EvalClick pair = pairs.getOrDefault(user, Map.of()).get(item);
      String what = where + ": user \"" + user + "\" and item \"" + item + "\"";
      if (pair == null) {
        throw new IOException(what + ", expected a pair of " + dataset.name() + ".inter");
      }
      Part before = taken.put(pair, part);
      if (before != null) {
        throw new IOException(
            what + " are in " + before.file + " already, expected each pair in one part");
      }
      return pair;
    }

    /** A pair that no part has would be neither learned nor asked nor removed. */
    void checkAllRead(Path folder, String split) throws IOException {
      for (EvalClick pair : dataset.learned()) {
        if (!taken.containsKey(pair)) {
          throw new IOException(
              folder
                  + ", split "
                  + split
                  + ": user \""
                  + pair.row().session()
                  + "\" and item \""
                  + pair.row().item()
                  + "\" of "
                  + dataset.name()
                  + ".inter are in no part, expected each pair in one");
        }
      }
    }
  }
}
