/**
 * What measures: demonstration, replay of datasets, load generator and benchmarks, as subcommands
 * of {@code dolmen} that the server's command line finds by {@link java.util.ServiceLoader}.
 *
 * <p>May depend on every other module; nothing depends on it. It talks to servers by gRPC only.
 */
@NullMarked
package dev.dolmen.loadtest;

import org.jspecify.annotations.NullMarked;
