package dev.dolmen.server.data;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a row of an interaction file must say to be learned: found out once for a dataset, the same
 * in every pass over it.
 *
 * @param options as given
 * @param scale what timestamps mean
 * @param eventColumn column of event types; null if there is none
 */
public record RowRules(ImportOptions options, TimeScale scale, @Nullable String eventColumn) {
  /** Rows of the first file that are looked at to find the rules. */
  private static final int SAMPLE_ROWS = 10_000;

  /**
   * What the first rows of a dataset say.
   *
   * @throws MalformedDataException if it cannot be read, or a column is missing
   */
  static RowRules guess(RecBoleDataset dataset, ImportOptions options) throws IOException {
    Map<TimeScale, Long> scales = new EnumMap<>(TimeScale.class);
    try (AtomicFileReader in = AtomicFileReader.open(dataset.parts().getFirst())) {
      int time = in.require("timestamp", AtomicColumn.Type.FLOAT, AtomicColumn.Type.TOKEN);
      int[] columns =
          EventTypes.COLUMNS.stream().mapToInt(in::indexOf).filter(c -> c >= 0).toArray();
      List<Set<String>> words = new ArrayList<>();
      for (int i = 0; i < columns.length; i++) {
        words.add(new HashSet<>());
      }
      for (int row = 0; row < SAMPLE_ROWS && nextWhole(in); row++) {
        double at = timeOf(in.text(time));
        if (!Double.isNaN(at)) {
          scales.merge(TimeScale.of(at), 1L, Long::sum);
        }
        for (int i = 0; i < columns.length; i++) {
          words.get(i).add(in.text(columns[i]));
        }
      }
      String event = null;
      for (int i = 0; i < columns.length && event == null; i++) {
        boolean token = in.columns().get(columns[i]).type() == AtomicColumn.Type.TOKEN;
        if (token && areTypes(words.get(i), options.eventTypes())) {
          event = in.columns().get(columns[i]).name();
        }
      }
      return new RowRules(options, scale(scales, options), event);
    }
  }

  /** The next row that can be read. */
  static boolean nextWhole(AtomicFileReader in) throws IOException {
    while (true) {
      try {
        return in.next();
      } catch (MalformedDataException e) {
        if (e.reason() == RefusalReason.FILE) {
          throw e;
        }
      }
    }
  }

  /** A column may be called event and hold something else. */
  private static boolean areTypes(Set<String> words, EventTypes types) {
    long some = words.stream().filter(w -> !w.isEmpty()).count();
    long known = words.stream().filter(types::knows).count();
    return known > 0 && 2 * known >= some;
  }

  /** The scale on which most rows lie, unless it is given. */
  private static TimeScale scale(Map<TimeScale, Long> rows, ImportOptions options) {
    if (options.timeScale() != null) {
      return options.timeScale();
    }
    TimeScale most = TimeScale.RUNNING_NUMBER;
    for (Map.Entry<TimeScale, Long> entry : rows.entrySet()) {
      if (entry.getValue() > rows.getOrDefault(most, 0L)) {
        most = entry.getKey();
      }
    }
    return most;
  }

  /** This, with the scale on which most of all rows lie. */
  RowRules withScaleOf(Map<TimeScale, Long> rows) {
    return new RowRules(options, scale(rows, options), eventColumn);
  }

  /** A number or a date as text; NaN if it is neither. */
  static double timeOf(String text) {
    double seconds = isoSeconds(text);
    return Double.isNaN(seconds) ? AtomicFileReader.decimal(text) : seconds;
  }

  /** Seconds of a date as text; NaN if it is none. Without an offset it is UTC. */
  private static double isoSeconds(String text) {
    if (text.length() < 10 || text.charAt(4) != '-') {
      return Double.NaN;
    }
    String iso = text.length() > 10 && text.charAt(10) == ' ' ? text.replaceFirst(" ", "T") : text;
    try {
      Instant at =
          iso.length() == 10
              ? LocalDate.parse(iso).atStartOfDay(ZoneOffset.UTC).toInstant()
              : hasOffset(iso)
                  ? OffsetDateTime.parse(iso).toInstant()
                  : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      return at.getEpochSecond() + at.getNano() / 1e9;
    } catch (DateTimeException e) {
      return Double.NaN;
    }
  }

  private static boolean hasOffset(String iso) {
    return iso.endsWith("Z") || iso.indexOf('+', 10) > 0 || iso.indexOf('-', 10) > 0;
  }

  /**
   * Why a row of this time is not learned; null if it is.
   *
   * @param time as it stands in the file
   */
  @Nullable RefusalReason refuses(double time) {
    if (!scale.isEpoch()) {
      boolean forced = options.timeScale() == scale;
      if (!forced && TimeScale.of(time).isEpoch()) {
        return RefusalReason.TIME_UNIT;
      }
      return time >= 0 && time < TimeScale.RUNNING_MAX ? null : RefusalReason.TIME;
    }
    TimeScale own = TimeScale.of(time);
    if (own != scale) {
      return own.isEpoch() ? RefusalReason.TIME_UNIT : RefusalReason.TIME;
    }
    return scale.toMillis(time) > options.latestMs() ? RefusalReason.FUTURE : null;
  }

  /** What is wrong with a time, and what was expected. */
  String problem(String text, double time, RefusalReason reason) {
    String quoted = AtomicFileReader.quote(text);
    return switch (reason) {
      case TIME_UNIT ->
          quoted
              + (scale.isEpoch() ? " would be " : " looks like ")
              + TimeScale.of(time).words()
              + ", expected "
              + scale.words()
              + ", as nearly all others are";
      case FUTURE ->
          quoted
              + " is "
              + Instant.ofEpochMilli(scale.toMillis(time))
              + ", in the future, expected at most "
              + Instant.ofEpochMilli(options.latestMs());
      default ->
          scale.isEpoch()
              ? quoted + " is no date from 1976 to 2103, expected " + scale.words()
              : quoted + ", expected a running number from 0 to below 1e11";
    };
  }

  /** Whether a label or rating says that something was clicked, and not only shown. */
  boolean isClick(double rating) {
    return Double.isNaN(options.minRating()) ? rating > 0 : rating >= options.minRating();
  }
}
