package dev.dolmen.parameterstore.table;

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
    long refusedGradients) {}
