package dev.dolmen.server.data;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * What a pass over the interaction files of a dataset finds out.
 *
 * @param parts figures of each file, of the rows that are taken
 * @param rules by which rows are taken
 * @param contexts columns that describe the visit: tokens of few distinct values
 * @param items distinct items in order of appearance
 * @param sessions distinct sessions
 */
public record InteractionProfile(
    List<Part> parts, RowRules rules, List<String> contexts, Set<String> items, long sessions) {
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

  /** What the timestamps mean. */
  public TimeScale timeScale() {
    return rules.scale();
  }

  /** Rows of all parts that are taken. */
  public long events() {
    return parts.stream().mapToLong(Part::events).sum();
  }

  /**
   * Reads the interaction files as without options.
   *
   * @param limit rows at most over all files
   * @param progress told how far it is, every 65,536 rows
   * @throws MalformedDataException if a row is malformed, headers differ or there are no rows
   */
  public static InteractionProfile read(RecBoleDataset dataset, long limit, ReadProgress progress)
      throws IOException {
    return ClickSurvey.read(dataset, ImportOptions.DEFAULT, limit, progress).require(dataset);
  }
}
