/**
 * Which items are visited together: counts from the stream, and what they say about a session. May
 * use {@code model}; written by the training thread, read by any.
 */
@NullMarked
package dev.dolmen.trainer.signals;

import org.jspecify.annotations.NullMarked;
