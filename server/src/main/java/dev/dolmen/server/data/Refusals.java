package dev.dolmen.server.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is not taken of a dataset's files: how much by reason, and the first of each with its place.
 * On demand each one goes into a file, too. One thread.
 */
public final class Refusals implements Closeable {
  /** Places of one reason that are kept. */
  public static final int EXAMPLES_MAX = 20;

  /** Characters of a line that the file of refused lines shows. */
  private static final int LINE_CHARS_MAX = 2_000;

  private final boolean collecting;
  private final boolean skipBroken;
  private final @Nullable Writer out;
  private final Map<RefusalReason, Long> counts = new EnumMap<>(RefusalReason.class);
  private final Map<RefusalReason, List<String>> examples = new EnumMap<>(RefusalReason.class);

  private Refusals(boolean collecting, boolean skipBroken, @Nullable Writer out) {
    this.collecting = collecting;
    this.skipBroken = skipBroken;
    this.out = out;
  }

  /**
   * Collects everything.
   *
   * @param file where each refused line goes, one a line: place, reason, problem and the line
   *     itself; begun here, so that nothing of an earlier look stays in it; null for nowhere
   */
  static Refusals collecting(@Nullable Path file) throws IOException {
    if (file == null) {
      return new Refusals(true, true, null);
    }
    Writer out = Files.newBufferedWriter(file);
    out.write("file\tline\tcolumn\treason\tproblem\ttext\n");
    return new Refusals(true, true, out);
  }

  /** The same of further files of a dataset: they go behind what is in the file of the first. */
  static Refusals collectingMore(@Nullable Path file) throws IOException {
    Writer out = file == null ? null : Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    return new Refusals(true, true, out);
  }

  /** Of a pass over what has been looked at before: throws at a broken line that was not there. */
  static Refusals passing(ImportOptions options) {
    return new Refusals(false, options.skipBadLines(), null);
  }

  /**
   * A line, or a value, is not taken.
   *
   * @param line as it stands in the file
   * @throws MalformedDataException if the file cannot be read on, or nobody expects a broken line
   */
  void add(MalformedDataException refused, String line) throws IOException {
    RefusalReason reason = refused.reason();
    if (reason == RefusalReason.FILE || (reason.isBroken() && !skipBroken)) {
      throw refused;
    }
    count(reason);
    if (!collecting) {
      return;
    }
    List<String> places = examples.computeIfAbsent(reason, r -> new ArrayList<>());
    if (places.size() < EXAMPLES_MAX) {
      places.add(refused.getMessage());
    }
    if (out != null) {
      write(out, refused, line);
    }
  }

  private static void write(Writer to, MalformedDataException refused, String line)
      throws IOException {
    String text = line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) + "…" : line;
    to.write(
        String.join(
                "\t",
                refused.file(),
                Long.toString(refused.line()),
                refused.name(),
                refused.reason().key(),
                refused.problem().replace('\t', ' '),
                text.replace('\r', ' '))
            + "\n");
  }

  /** The same for what is nothing to list. */
  void count(RefusalReason reason) {
    counts.merge(reason, 1L, Long::sum);
  }

  /** What was not taken of further files counts here, too. */
  void addAll(Refusals others) {
    others.counts.forEach((reason, n) -> counts.merge(reason, n, Long::sum));
    others.examples.forEach((reason, places) -> {
      List<String> all = examples.computeIfAbsent(reason, r -> new ArrayList<>());
      places.stream().limit(EXAMPLES_MAX - all.size()).forEach(all::add);
    });
  }

  /** How many by reason, without those that did not occur. */
  public Map<RefusalReason, Long> counts() {
    return counts.isEmpty() ? Map.of() : new EnumMap<>(counts);
  }

  /** How many of one reason. */
  public long of(RefusalReason reason) {
    return counts.getOrDefault(reason, 0L);
  }

  /** The first places of one reason, each with its problem; at most {@value #EXAMPLES_MAX}. */
  public List<String> examples(RefusalReason reason) {
    return List.copyOf(examples.getOrDefault(reason, List.of()));
  }

  /** Lines that are broken. */
  public long broken() {
    return sum(true);
  }

  /** Lines that are left out for what they say. */
  public long stray() {
    return sum(false);
  }

  private long sum(boolean broken) {
    return counts.entrySet().stream()
        .filter(e -> broken ? e.getKey().isBroken() : e.getKey().isStray())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
