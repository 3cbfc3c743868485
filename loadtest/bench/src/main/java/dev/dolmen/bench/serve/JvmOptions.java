package dev.dolmen.bench.serve;

import java.nio.file.Path;
import java.util.List;

/**
 * How servers that differ by flags of their JVM are compared.
 *
 * @param items of the shop
 * @param rate requests a second
 * @param rounds in which each of them has a turn
 * @param warmUpSeconds of load between the first requests and those that count as later ones
 * @param seconds of the later ones
 * @param heapMb of each server
 * @param flags of each, in the order of a turn
 * @param seed of shop, visits and moments
 * @param kept folder in which learned shops are kept
 */
record JvmOptions(
    int items,
    double rate,
    int rounds,
    double warmUpSeconds,
    double seconds,
    int heapMb,
    List<List<String>> flags,
    long seed,
    Path kept) {}
