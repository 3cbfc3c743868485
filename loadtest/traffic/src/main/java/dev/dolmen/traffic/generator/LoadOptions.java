package dev.dolmen.traffic.generator;

/**
 * What load to put on a server.
 *
 * @param rate calls a second, by a Poisson process
 * @param seconds how long, the warm-up included
 * @param warmUpSec of these, seconds that are not counted
 * @param recommendShare share of calls that ask for recommendations; the others publish a click
 * @param inFlightMax calls without an answer at most; one more is not sent, but counted
 * @param sessions visitors present at once
 * @param items items of the catalogue that are clicked, the first ones, at most
 * @param k recommendations a call
 * @param seed source of schedule and choices
 */
public record LoadOptions(
    double rate,
    double seconds,
    double warmUpSec,
    double recommendShare,
    int inFlightMax,
    int sessions,
    int items,
    int k,
    long seed) {}
