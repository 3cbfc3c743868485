/**
 * The HTTP endpoint for Prometheus and for probes. May use Micrometer and Netty's HTTP codec; knows
 * nothing of what the server serves.
 *
 * <p>One event loop owns all connections and does nothing that can wait. Pages that ask the process
 * are made on two threads, one for probes and one for scrapes, so that neither a slow scrape nor a
 * slow caller keeps a probe from its answer.
 */
@NullMarked
package dev.dolmen.server.metrics;

import org.jspecify.annotations.NullMarked;
