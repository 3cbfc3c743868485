package dev.dolmen.evaluation.tune;

import dev.dolmen.server.config.DolmenConfig;
import java.util.List;
import java.util.function.Function;

/**
 * Something that a search may change.
 *
 * @param key what it is called
 * @param path its place in a configuration, an item of a list by its name; empty if it is not there
 * @param domain values that are tried
 * @param now its value in a configuration
 */
record Parameter(
    String key, List<String> path, Domain domain, Function<DolmenConfig, String> now) {}
