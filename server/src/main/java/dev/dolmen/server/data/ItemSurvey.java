package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The first look at an item file, whatever the schema: broken lines and values are passed over, as
 * {@link ItemReader} tells of them.
 */
final class ItemSurvey {
  private final List<AtomicColumn> columns;
  private final boolean[] present;
  private final double[] min;
  private final double[] max;
  private final Set<String> ids = new HashSet<>();
  private final Set<String> duplicates = new HashSet<>();

  private ItemSurvey(List<AtomicColumn> columns) {
    this.columns = columns;
    present = new boolean[columns.size()];
    min = new double[columns.size()];
    max = new double[columns.size()];
    Arrays.fill(min, Double.POSITIVE_INFINITY);
    Arrays.fill(max, Double.NEGATIVE_INFINITY);
  }

  /**
   * Reads the file once.
   *
   * @throws MalformedDataException if the header is not valid, or the file cannot be read on
   */
  static ItemSurvey read(Path file) throws IOException {
    try (AtomicFileReader in = AtomicFileReader.open(file)) {
      int id = in.require("item_id", AtomicColumn.Type.TOKEN);
      ItemSurvey survey = new ItemSurvey(in.columns());
      while (RowRules.nextWhole(in)) {
        survey.add(in, id);
      }
      return survey;
    }
  }

  /** The columns of the header. */
  List<AtomicColumn> columns() {
    return columns;
  }

  /** Whether a column has a value at all. */
  boolean present(int column) {
    return present[column];
  }

  /** Smallest number of a column; infinite if there is none. */
  double min(int column) {
    return min[column];
  }

  /** Largest number of a column; infinite if there is none. */
  double max(int column) {
    return max[column];
  }

  /** All items. */
  Set<String> ids() {
    return ids;
  }

  /** The items that have more than one line. */
  Set<String> duplicates() {
    return duplicates;
  }

  private void add(AtomicFileReader in, int id) {
    String item = in.text(id);
    if (!item.isEmpty() && !ids.add(item)) {
      duplicates.add(item);
    }
    for (int c = 0; c < present.length; c++) {
      String text = in.text(c);
      if (text.isBlank()) {
        continue;
      }
      present[c] = true;
      if (columns.get(c).type() == AtomicColumn.Type.FLOAT) {
        double value = AtomicFileReader.decimal(text);
        if (!Double.isNaN(value)) {
          min[c] = Math.min(min[c], value);
          max[c] = Math.max(max[c], value);
        }
      }
    }
  }
}
