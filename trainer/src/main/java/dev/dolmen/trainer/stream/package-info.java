/**
 * The stream state: what follows cheaply from the log, without a model. {@link
 * dev.dolmen.trainer.stream.StreamState} composes catalogue, sessions, counts of clicks and items
 * visited together, and a server that does not learn could keep it up from the log just as well.
 *
 * <p>May depend on {@code catalog}, {@code session}, {@code signals} and {@code state}. Owned by
 * the training thread; its parts have readers for any thread.
 */
@NullMarked
package dev.dolmen.trainer.stream;

import org.jspecify.annotations.NullMarked;
