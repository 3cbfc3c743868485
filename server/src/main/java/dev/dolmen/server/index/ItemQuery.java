package dev.dolmen.server.index;

import org.agrona.collections.IntHashSet;

/**
 * What an {@link ItemIndex} is asked for. Not changed by a search.
 *
 * @param vector [D]
 * @param k items at most
 * @param filter asked for items that would be returned
 * @param excluded indexes of items that are never returned
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier.
public record ItemQuery(float[] vector, int k, ItemFilter filter, IntHashSet excluded) {}
