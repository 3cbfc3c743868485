package dev.dolmen.server.metrics;

import java.util.function.Supplier;

/**
 * What the probes ask; each says why not, and is empty while all is well. Any thread.
 *
 * @param notLive why the process should be replaced
 * @param notReady why the process does not serve
 * @param notTaking why the process takes no feedback
 */
public record Probes(
    Supplier<String> notLive, Supplier<String> notReady, Supplier<String> notTaking) {}
