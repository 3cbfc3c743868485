package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over the interaction files of a dataset finds out.
 *
 * @param parts figures of each file
 * @param timeScale what the timestamps mean
 * @param contexts columns that describe the visit: tokens of few distinct values
 * @param items distinct items in order of appearance
 * @param sessions distinct sessions
 */
public record InteractionProfile(
    List<Part> parts,
    TimeScale timeScale,
    List<String> contexts,
    Set<String> items,
    long sessions) {
  /** A column of more distinct values than this identifies rather than describes. */
  static final int CONTEXT_VALUES_MAX = 1_000;

  /**
   * Figures of one file.
   *
   * @param events rows
   * @param minTime smallest timestamp
   * @param maxTime largest timestamp
   * @param ordered whether timestamps never fall
   */
  public record Part(long events, double minTime, double maxTime, boolean ordered) {}

  /** Told how far the reading of a dataset is. */
  @FunctionalInterface
  public interface ReadProgress {
    /**
     * So much is read.
     *
     * @param rows so far
     * @param share of the whole, 0 to 1
     */
    void read(long rows, double share);
  }

  /** Rows of all parts. */
  public long events() {
    return parts.stream().mapToLong(Part::events).sum();
  }

  /**
   * Reads the interaction files once.
   *
   * @param limit rows at most over all files
   * @param progress told how far it is, every 65,536 rows
   * @throws MalformedDataException if a row is malformed, headers differ or there are no rows
   */
  public static InteractionProfile read(RecBoleDataset dataset, long limit, ReadProgress progress)
      throws IOException {
    Scan scan = new Scan(dataset, limit, progress);
    List<Part> parts = new ArrayList<>();
    for (int part = 0; part < dataset.parts().size() && scan.rows < limit; part++) {
      parts.add(scan.part(part));
    }
    if (scan.rows == 0) {
      throw new MalformedDataException(
          dataset.parts().getFirst(), 0, 0, "", "no interactions, expected at least one");
    }
    double min = parts.stream().mapToDouble(Part::minTime).min().orElse(0);
    double max = parts.stream().mapToDouble(Part::maxTime).max().orElse(0);
    return new InteractionProfile(
        List.copyOf(parts),
        TimeScale.of(min, max),
        scan.contexts(),
        scan.items,
        scan.sessions.size());
  }

  /** State of the pass. */
  private static final class Scan {
    private final RecBoleDataset dataset;
    private final long limit;
    private final ReadProgress progress;
    private final Set<String> items = new LinkedHashSet<>();
    private final Set<String> sessions = new HashSet<>();
    private @Nullable List<String> names;
    private final List<Set<String>> values = new ArrayList<>();
    private final long bytes;
    private long bytesBefore;
    private long rows;

    Scan(RecBoleDataset dataset, long limit, ReadProgress progress) throws IOException {
      long all = 0;
      for (Path part : dataset.parts()) {
        all += Files.size(part);
      }
      bytes = Math.max(1, all);
      this.dataset = dataset;
      this.limit = limit;
      this.progress = progress;
    }

    Part part(int part) throws IOException {
      long events = 0;
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      boolean ordered = true;
      try (InteractionReader in = InteractionReader.open(dataset.parts().get(part), part, names)) {
        if (names == null) {
          names = in.contextNames();
          names.forEach(n -> values.add(new HashSet<>()));
        }
        Interaction row;
        while (rows < limit && (row = in.next()) != null) {
          ordered &= row.time() >= max;
          min = Math.min(min, row.time());
          max = Math.max(max, row.time());
          add(row);
          events++;
          if ((++rows & 0xffff) == 0) {
            progress.read(rows, share(bytesBefore + in.bytesRead()));
          }
        }
      }
      bytesBefore += Files.size(dataset.parts().get(part));
      return new Part(events, min, max, ordered);
    }

    private double share(long bytesRead) {
      return Math.min(1, Math.max((double) bytesRead / bytes, (double) rows / limit));
    }

    private void add(Interaction row) {
      items.add(row.item());
      sessions.add(row.session());
      for (int c = 0; c < values.size(); c++) {
        Set<String> seen = values.get(c);
        if (seen.size() <= CONTEXT_VALUES_MAX && !row.context().get(c).isEmpty()) {
          seen.add(row.context().get(c));
        }
      }
    }

    /** Columns of one value say nothing, columns of many values are identities. */
    List<String> contexts() {
      List<String> few = new ArrayList<>();
      for (int c = 0; c < values.size(); c++) {
        int distinct = values.get(c).size();
        if (names != null && distinct > 1 && distinct <= Math.min(CONTEXT_VALUES_MAX, rows / 2)) {
          few.add(names.get(c));
        }
      }
      return List.copyOf(few);
    }
  }
}
