/**
 * Sends traces and metrics to a collector of OpenTelemetry, by OTLP over HTTP. The only package
 * that knows OpenTelemetry's classes, none of which is loaded unless a collector is configured.
 * Depends on {@code config}, {@code reload} and {@code trace}.
 *
 * <p>Calls hand over what they have to say and never wait: the queue is bounded, what it has no
 * room for is dropped and counted. One thread sends spans, another metrics, which it reads as a
 * scrape does.
 */
@NullMarked
package dev.dolmen.server.otlp;

import org.jspecify.annotations.NullMarked;
