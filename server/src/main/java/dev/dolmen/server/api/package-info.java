/**
 * The gRPC services: they validate, ask {@code ranking} and the engine, and turn every failure into
 * a status that names field and value. May use {@code ranking}, {@code config} and the trainer. No
 * state but counters; ranking calls run on the ranking threads, all others on virtual threads.
 */
@NullMarked
package dev.dolmen.server.api;

import org.jspecify.annotations.NullMarked;
