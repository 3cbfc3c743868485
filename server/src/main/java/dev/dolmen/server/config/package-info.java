/**
 * The configuration: one YAML file and the environment become typed records, or a list of problems
 * that name file, line, column, key, value and what was expected. Nothing is defaulted silently:
 * every default stands in {@code dolmen-sample.yaml}, and a key that nobody reads is refused.
 *
 * <p>May depend on the schema of {@code parameterstore}, on the option records of {@code trainer}
 * and on Jackson. Everything here is immutable or confined to the thread that loads.
 */
@NullMarked
package dev.dolmen.server.config;

import org.jspecify.annotations.NullMarked;
