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
 * <p>The way of an event: {@code ingest} appends it to the {@code log}. {@link
 * dev.dolmen.trainer.LogReader} reads it back and hands it to {@link
 * dev.dolmen.trainer.learn.Learner}: it extends its visit in the {@code stream} state ({@code
 * catalog}, {@code session}, {@code signals}), is joined with what was shown ({@code impressions})
 * and waits for its batch, which is predicted ({@code validation}), then learned ({@code learn}).
 * {@link dev.dolmen.trainer.TrainingStep} is that step; {@link dev.dolmen.trainer.ReplayLoop}
 * repeats it over what a start finds, {@link dev.dolmen.trainer.TrainingLoop} over what is
 * published. {@code snapshot} keeps the state, {@code alternatives} and {@code baseline} answer
 * where the model does not, {@code history} is what people look up, {@code state} is what all parts
 * of the state have in common.
 *
 * <p>Depends on {@code model}, {@code parameter-store} and {@code proto}; the package itself may
 * use all others of the trainer, and none of them uses it. The training thread owns every piece of
 * mutable state; what other threads may read says so.
 */
@NullMarked
package dev.dolmen.trainer;

import org.jspecify.annotations.NullMarked;
