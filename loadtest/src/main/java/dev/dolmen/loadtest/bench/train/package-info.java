/**
 * Measures the trainer alone: a dataset through log, batches and learning, without the network.
 * Owns its engine and a temporary data directory.
 */
@NullMarked
package dev.dolmen.loadtest.bench.train;

import org.jspecify.annotations.NullMarked;
