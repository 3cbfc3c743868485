package dev.dolmen.trainer.history;

/**
 * How often an item was shown and clicked, by hour and by day of UTC, the oldest first; the last of
 * each has only begun.
 *
 * @param sinceMs when it was counted first, milliseconds since 1970; -1 if it is not counted
 * @param placing where in answers
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
public record ItemFigures(
    long sinceMs,
    int[] shownByHour,
    int[] clicksByHour,
    int[] shownByDay,
    int[] clicksByDay,
    ItemPlacing placing) {}
