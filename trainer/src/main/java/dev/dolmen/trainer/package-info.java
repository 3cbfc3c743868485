/**
 * The trainer: everything that learns, composed around one feedback log. {@link
 * dev.dolmen.trainer.Engine} opens a data directory and owns the training thread; {@link
 * dev.dolmen.trainer.ingest.Ingest} is its append side and {@link
 * dev.dolmen.trainer.learn.LiveState} its read side, both for any thread.
 *
 * <p>The feedback log is the only source of truth. Catalogue, sessions, embedding table and model
 * are a function of the log, the batch boundaries in the journal and the seed; a start restores the
 * newest whole snapshot and replays what follows it, batch by batch.
 *
 * <p>Depends on {@code model}, {@code parameter-store} and {@code proto}. The training thread owns
 * every piece of mutable state; what other threads may read says so.
 */
@NullMarked
package dev.dolmen.trainer;

import org.jspecify.annotations.NullMarked;
