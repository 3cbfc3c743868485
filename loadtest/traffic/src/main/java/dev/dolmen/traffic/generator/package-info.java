/**
 * Load on a server: connection, open-loop schedule, feedback stream with a bounded window, latency
 * from the intended send time, the freshness probe, and the command {@code load}.
 *
 * <p>May depend on {@code proto} and gRPC. Senders are confined to one thread unless they say
 * otherwise; gRPC's callbacks only touch counters, histograms and permits.
 */
@NullMarked
package dev.dolmen.traffic.generator;

import org.jspecify.annotations.NullMarked;
