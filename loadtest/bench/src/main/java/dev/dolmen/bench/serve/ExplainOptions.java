package dev.dolmen.bench.serve;

import java.nio.file.Path;

/**
 * How requests with reasons are compared with those without.
 *
 * @param items of the shop
 * @param events of each session
 * @param k items asked for
 * @param warmUpRounds before them, which are not counted
 * @param rounds of which a figure is the median
 * @param heapMb of the server
 * @param seed of shop and visits
 * @param kept folder in which learned shops are kept
 */
record ExplainOptions(
    int items, int events, int k, int warmUpRounds, int rounds, int heapMb, long seed, Path kept) {}
