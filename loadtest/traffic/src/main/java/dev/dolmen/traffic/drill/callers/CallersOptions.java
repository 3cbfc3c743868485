package dev.dolmen.traffic.drill.callers;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What holds for each trial.
 *
 * @param seconds of attack
 * @param rate recommendations of the good client a second
 * @param deadline of each of them
 * @param heapMb the server's heap at most
 * @param program folder of jars of another build; null for this one
 * @param seed of the good client's clicks and times
 */
record CallersOptions(
    double seconds,
    double rate,
    Duration deadline,
    int heapMb,
    @Nullable Path program,
    long seed) {}
