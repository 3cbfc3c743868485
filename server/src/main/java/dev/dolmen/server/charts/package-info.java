/**
 * Charts of the last minutes, from the process' own meters, and of hours and days: what a
 * Prometheus has kept of this server, or of all of a cluster, asked by a fixed list of queries.
 * Nobody is asked unless one is configured. Depends on {@code config}, {@code reload} and {@code
 * tls}.
 *
 * <p>The last minutes are written by a thread of their own and read by any. For the others whoever
 * calls waits; for each span one asks at a time, and what comes, an answer or none, is kept for a
 * moment for all others.
 */
@NullMarked
package dev.dolmen.server.charts;

import org.jspecify.annotations.NullMarked;
