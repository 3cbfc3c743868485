/**
 * The process, composed: one front end (ports, services, health, metrics) before one of two
 * backends, an engine that learns or a snapshot that is read. May use everything below it; only the
 * command line, tests and loadtest use it.
 */
@NullMarked
package dev.dolmen.server;

import org.jspecify.annotations.NullMarked;
