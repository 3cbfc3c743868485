package dev.dolmen.trainer.impressions;

import dev.dolmen.trainer.session.SessionHistory;

/**
 * Items that were shown to one session at one moment, to be learned from. Immutable by convention.
 *
 * @param session what is known of the session
 * @param length its events up to that moment, at least 1
 * @param items catalogue indexes; an item may have been deleted since
 * @param positions where each was shown, from 0
 * @param clicked whether each was clicked
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of arrays for hot loops.
public record ShownItems(
    SessionHistory session, int length, int[] items, int[] positions, boolean[] clicked) {}
