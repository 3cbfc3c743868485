/**
 * Which items are visited together, counted from the stream, which are alike by their metadata, and
 * what both say about a session. May use {@code model}, {@code parameterstore}, the catalogue,
 * {@code session} and {@code state}; written by the training thread, read by any.
 */
@NullMarked
package dev.dolmen.trainer.signals;

import org.jspecify.annotations.NullMarked;
