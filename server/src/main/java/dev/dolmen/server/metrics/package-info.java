/**
 * The HTTP endpoint for Prometheus and for probes. May use Micrometer and the JDK's HTTP server;
 * one thread of its own answers everything.
 */
@NullMarked
package dev.dolmen.server.metrics;

import org.jspecify.annotations.NullMarked;
