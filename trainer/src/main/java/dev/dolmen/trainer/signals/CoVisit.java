package dev.dolmen.trainer.signals;

/**
 * An item that another was visited together with. A visit weighs as {@link CoVisits} says, and less
 * the longer ago it was.
 *
 * @param visits over a long time
 * @param recentVisits the same, of which old ones fade sooner
 */
public record CoVisit(String itemId, float visits, float recentVisits) {}
