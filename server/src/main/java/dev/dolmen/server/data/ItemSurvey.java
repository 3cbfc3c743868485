package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The first look at an item file, whatever the schema: broken lines and values are passed over, as
 * {@link ItemReader} tells of them.
 */
final class ItemSurvey {
  private final List<AtomicColumn> columns;
  private final boolean[] present;
  private final List<Map<TimeScale, Long>> scales = new ArrayList<>();
  private final List<Map<TimeScale, String>> firsts = new ArrayList<>();
  private final List<ListLengths> lengths = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final Set<String> duplicates = new HashSet<>();

  private ItemSurvey(List<AtomicColumn> columns) {
    this.columns = columns;
    present = new boolean[columns.size()];
    for (int c = 0; c < present.length; c++) {
      scales.add(new EnumMap<>(TimeScale.class));
      firsts.add(new EnumMap<>(TimeScale.class));
      lengths.add(new ListLengths());
    }
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

  /** Whether all numbers of a column, of which there are some, are seconds since 1970. */
  boolean isBirth(int column) {
    return scales.get(column).keySet().equals(Set.of(TimeScale.EPOCH_SECONDS));
  }

  /** How many numbers of a column would be times on which scale; none if it has no numbers. */
  Map<TimeScale, Long> scales(int column) {
    return scales.get(column);
  }

  /** The first number of a column on another scale, with its line; empty if there is none. */
  Optional<String> firstNotOn(TimeScale scale, int column) {
    return firsts.get(column).entrySet().stream()
        .filter(e -> e.getKey() != scale)
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** How long the lists of a column are, if it has lists of numbers. */
  ListLengths lengths(int column) {
    return lengths.get(column);
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
      if (columns.get(c).type() == AtomicColumn.Type.FLOAT_SEQ) {
        lengths.get(c).add(in.tokens(c).size());
      }
      if (columns.get(c).type() == AtomicColumn.Type.FLOAT) {
        double value = AtomicFileReader.decimal(text);
        if (!Double.isNaN(value)) {
          TimeScale scale = TimeScale.of(value);
          if (scales.get(c).merge(scale, 1L, Long::sum) == 1) {
            firsts.get(c).put(scale, AtomicFileReader.quote(text) + " in line " + in.line());
          }
        }
      }
    }
  }
}
