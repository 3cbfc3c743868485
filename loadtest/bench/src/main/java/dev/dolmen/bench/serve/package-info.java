/**
 * {@code dolmen bench serve}: how many requests a second one server process answers within a bound
 * on their latency, by size of the catalog. A shop of any size is learned once and kept; a server
 * process goes on from it, and an open loop in a process of its own ({@link
 * dev.dolmen.bench.serve.ServeLoadProcess}) asks it.
 *
 * <p>May depend on {@code traffic}'s generator and processes. Objects belong to the thread that
 * runs the command, but for the callbacks of {@link dev.dolmen.bench.serve.OpenLoop}.
 */
@NullMarked
package dev.dolmen.bench.serve;

import org.jspecify.annotations.NullMarked;
