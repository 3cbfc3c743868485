package dev.dolmen.trainer.history;

import dev.dolmen.v1.EventType;
import dev.dolmen.v1.Impression;
import java.util.List;
import java.util.Set;

/**
 * What a visit was shown at a moment, and what it did with that.
 *
 * @param impression as it was logged
 * @param events types of the events about each of its items, in the order of the items; few are not
 *     empty
 */
public record ShownAnswer(Impression impression, List<Set<EventType>> events) {}
