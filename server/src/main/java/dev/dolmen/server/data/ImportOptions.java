package dev.dolmen.server.data;

import dev.dolmen.server.config.SizeLimits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How data files are read.
 *
 * @param skipBadLines whether broken lines, and any number of lines that say what cannot be, are
 *     left out; else the dataset is refused
 * @param unknownValues whether a value of an item that is no number is taken as unknown
 * @param minRating smallest label or rating of a click; NaN: anything above 0
 * @param eventTypes what the words in a column of event types mean
 * @param timeScale what timestamps are; null to find out
 * @param latestMs newest time that is taken, milliseconds since 1970
 * @param sizes how large items may be
 * @param refusedFile where refused lines go; null for nowhere
 */
public record ImportOptions(
    boolean skipBadLines,
    boolean unknownValues,
    double minRating,
    EventTypes eventTypes,
    @Nullable TimeScale timeScale,
    long latestMs,
    SizeLimits sizes,
    @Nullable Path refusedFile) {
  /** How far a time may lie ahead of the clock, as {@code server.future_tolerance} has it. */
  public static final Duration FUTURE_TOLERANCE = Duration.ofMinutes(5);

  /** As files are read without options, and without a clock that says what is the future. */
  public static final ImportOptions DEFAULT =
      new ImportOptions(
          false,
          false,
          Double.NaN,
          EventTypes.DEFAULT,
          null,
          Long.MAX_VALUE,
          SizeLimits.DEFAULT,
          null);

  /** This, with a newest time. */
  public ImportOptions withLatestMs(long latest) {
    return new ImportOptions(
        skipBadLines, unknownValues, minRating, eventTypes, timeScale, latest, sizes, refusedFile);
  }

  /** This, with other bounds of items. */
  public ImportOptions withSizes(SizeLimits other) {
    return new ImportOptions(
        skipBadLines,
        unknownValues,
        minRating,
        eventTypes,
        timeScale,
        latestMs,
        other,
        refusedFile);
  }
}
