package dev.dolmen.server.index;

import dev.dolmen.server.budget.Caller;
import org.agrona.collections.IntHashSet;

/**
 * What an {@link ItemIndex} is asked for. Not changed by a search.
 *
 * @param vector [D]
 * @param k items at most
 * @param filter asked for items that would be returned
 * @param excluded indexes of items that are never returned
 * @param caller asked again and again while items are looked at; what it throws ends the search
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier.
public record ItemQuery(
    float[] vector, int k, ItemFilter filter, IntHashSet excluded, Caller caller) {}
