package dev.dolmen.parameterstore.store;

/**
 * Figures of one slot's table; the counters count since the table was opened.
 *
 * @param rows rows now
 * @param rowBytes bytes of one row, header and optimiser state included
 * @param memoryBytes bytes of everything the slot keeps: map, address index, filter
 * @param admitted values that got a row
 * @param filtered training look-ups of values that did not get one yet
 * @param expired rows removed because their time to live had passed
 * @param evicted rows removed to make room
 * @param lookups fids asked for by serving threads
 * @param hits those of them that had a row of their own
 * @param refusedGradients gradients that were not finite and so left their row unchanged
 * @param maxRows rows at which the least recently seen make room: those of the options, or fewer if
 *     their budget of memory has no room for as many
 * @param maxBytes that budget, which memoryBytes never passes; 0 for none
 * @param rowsBytes bytes of memoryBytes that are rows, with what their maps take
 * @param indexBytes those of the index from fids to rows
 * @param touchedBytes those that mark rows changed since the last snapshot
 * @param filterBytes those of the admission filter
 */
public record SlotStatistics(
    long rows,
    long rowBytes,
    long memoryBytes,
    long admitted,
    long filtered,
    long expired,
    long evicted,
    long lookups,
    long hits,
    long refusedGradients,
    long maxRows,
    long maxBytes,
    long rowsBytes,
    long indexBytes,
    long touchedBytes,
    long filterBytes) {}
